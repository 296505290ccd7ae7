"""What every command that looks at machines opens first, and closes last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import orchestrator
from orchestrator.app.deployer import learn_deployer
from orchestrator.app.rehearsed import rehearsed
from orchestrator.app.server_keys import ServerKeys
from orchestrator.app.servers import known_servers, own_login
from orchestrator.cancellation import Cancellation
from orchestrator.invocation import Invocation
from orchestrator.machines.endpoint import Login
from orchestrator.machines.keys import project_key
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.providers import Providers
from orchestrator.planning.inside import inspect_machine
from orchestrator.planning.look import Surveyor
from orchestrator.planning.rules import Deployer
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import RunStarted, Warned
from orchestrator.reporting.sink import Sink
from orchestrator.spec import SpecError, load_project
from orchestrator.spec.model import Project
from orchestrator.state.database import SANDBOX_DIRECTORY, STATE_DIRECTORY
from orchestrator.state.lock import state_lock
from orchestrator.state.places import Place
from orchestrator.state.store import Store
from providers.contract.types import Owner

Services = Literal["needed", "wanted", "unneeded"]
"""Whether a command needs the Compose file, and with it the secrets that it names. `down`
and `ssh` must work for someone who has neither; `logs` wants them for masking."""


@dataclass(frozen=True)
class Session:
    """One command's view of one environment."""

    project: Project
    owner: Owner
    login: Login
    store: Store
    sink: Sink
    cancel: Cancellation
    providers: Providers
    fleet: Fleet

    @property
    def places(self) -> tuple[Place, ...]:
        """Every provider and region the project names now."""
        return tuple({place: None for target in self.project.targets for place in target.places})

    @cached_property
    def deployer(self) -> Deployer:
        """From where this run comes; found out, and said, once. See `learn_deployer`."""
        return learn_deployer(self.project, self.providers, self.sink)

    @contextmanager
    def surveying(self, *, inside: bool = True) -> Iterator[Surveyor]:
        """A survey whose questions are under way inside the block. See `Surveyor`."""
        with Surveyor(
            self.owner,
            self.providers,
            self.fleet,
            self.store.machines.all(),
            inspect_machine,
            self.cancel,
        ) as surveyor:
            surveyor.ask((*self.places, *self.store.places.all()), inside=inside)
            yield surveyor

    def survey(self, *, inside: bool = True, partial: bool = False) -> Survey:
        """What exists, now. Raises CloudError or LongshoreError, as `Surveyor.answer`."""
        with self.surveying(inside=inside) as surveyor:
            return surveyor.answer(partial=partial)


@contextmanager
def open_session(
    invocation: Invocation,
    sink: Sink,
    cancel: Cancellation,
    command: str,
    *,
    mutating: bool = False,
    services: Services = "needed",
) -> Iterator[Session]:
    """Read the project, open the state and what leads to clouds and machines.

    A `mutating` command holds the lock; the others leave no trace, not even a state
    folder. Raises SpecError, StateError, LockedError.
    """
    project = _load(invocation, sink, services)
    if invocation.sandbox:
        project = rehearsed(project, os.environ)
    sink.protect(project.secrets, public=_public_words(project))
    sink.emit(RunStarted(command, project.name, project.environment, orchestrator.__version__))
    directory = state_directory(project, sandbox=invocation.sandbox)
    with ExitStack() as stack:
        if mutating:
            stack.enter_context(state_lock(directory, command))
        store = stack.enter_context(Store(directory, project.environment, create=mutating))
        login = login_of(project)
        keys = ServerKeys(
            store.host_keys, os.environ, invocation.in_person, sink, remembers=mutating
        )
        servers = known_servers(project, store, keys, os.environ)
        fleet = Fleet(login, cancel, sink, servers.doors)
        stack.callback(fleet.close)
        if servers.servers:
            fleet.prepare()  # servers are asked what they carry over SSH, and first of all
        yield Session(
            project=project,
            owner=Owner(project.name, project.environment),
            login=login,
            store=store,
            sink=sink,
            cancel=cancel,
            providers=Providers(servers.settings(project.providers, fleet, sink), sink, cancel),
            fleet=fleet,
        )


def _load(invocation: Invocation, sink: Sink, services: Services) -> Project:
    def load(with_services: bool) -> Project:
        return load_project(
            invocation.file,
            environment=invocation.environment,
            environ=os.environ,
            services=with_services,
        )

    if services != "wanted":
        return load(services == "needed")
    try:
        return load(True)
    except SpecError as error:
        first = str(error.problems[0])
        project = load(False)
        sink.emit(Warned(f"the services are unknown, so their secrets are not masked: {first}"))
        return project


def state_directory(project: Project, *, sandbox: bool) -> Path:
    """Where this project's state lives; a rehearsal has its own."""
    return project.directory / (SANDBOX_DIRECTORY if sandbox else STATE_DIRECTORY)


def login_of(project: Project) -> Login:
    """The user's own key or agent, or the key Longshore keeps for the project outside of
    its state, so that deleting the state never locks anyone out. Where no machine is made,
    none is made for them."""
    if project.ssh.key is not None or project.ssh.agent:
        return Login(key=project.ssh.key, agent=project.ssh.agent)
    if all(target.hosts for target in project.targets):
        return own_login(project.ssh, os.environ)
    return Login(key=project_key(project.name, os.environ), agent=False)


def _public_words(project: Project) -> set[str]:
    """Words that stay readable even when a secret happens to equal one of them."""
    return {
        project.name,
        project.environment,
        *(service.name for service in project.services),
        *(target.name for target in project.targets),
        *(word for target in project.targets for place in target.places for word in place),
        *(str(port.published) for s in project.services for port in s.ports),
        *(str(port.container) for s in project.services for port in s.ports),
    }
