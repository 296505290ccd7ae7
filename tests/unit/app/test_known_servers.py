"""Which servers an environment has anything to do with, and as what they are remembered."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from orchestrator.app.server_keys import ServerKeys
from orchestrator.app.servers import KnownServers, known_servers
from orchestrator.operations.server_record import saved_server
from orchestrator.spec.hosts import Host
from orchestrator.spec.model import Project, Ssh
from orchestrator.state.machines import MachineRecord
from orchestrator.state.store import Store
from providers.contract.errors import TransientError
from providers.contract.ownership import is_owned
from providers.contract.types import UNREACHABLE, Owner, ProviderSettings
from providers.servers import create

OWNER = Owner("shop", "production")
HERE, GONE = Host("192.0.2.1"), Host("192.0.2.9", name="old")


def known(store: Store, *hosts: Host) -> KnownServers:
    target = SimpleNamespace(name="office", hosts=hosts)
    project = SimpleNamespace(
        name=OWNER.project, environment=OWNER.environment, ssh=Ssh(), targets=(target,)
    )
    keys = ServerKeys(store.host_keys, {}, None, store, remembers=False)  # type: ignore[arg-type]
    return known_servers(cast(Project, project), store, keys, {})


def record(host: Host) -> MachineRecord:
    return MachineRecord(
        name="office-1",
        provider="servers",
        region="hosts",
        id=host.id,
        target="office",
        address=host.address,
        pin="",
        token="office-1-0",
    )


def test_a_server_of_the_project_is_ours_once_its_claim_was_seen(tmp_path: Path) -> None:
    with Store(tmp_path, OWNER.environment) as store:
        (fresh,) = known(store, HERE).servers
        assert not fresh.remembered
        store.machines.save(record(HERE))
        (ours,) = known(store, HERE).servers
    assert is_owned(ours.remembered, OWNER)


def test_one_that_left_before_its_claim_was_seen_is_no_obstacle(tmp_path: Path) -> None:
    """A run that was cut off between writing down the way and writing down the claim: whether
    there is one nobody can say, and no host can be taken out of the list for it."""
    with Store(tmp_path, OWNER.environment) as store:
        store.servers.save(saved_server(GONE, "office", Ssh()))
        found = known(store, HERE)
    assert [server.name for server in found.servers] == ["192.0.2.1", "old"]

    def nobody(*_: object, **__: object) -> object:
        raise TransientError("no answer", provider="servers", code=UNREACHABLE)

    settings = ProviderSettings(
        "servers",
        servers=found.servers[1:],
        shell=lambda _: nobody,  # type: ignore[arg-type,return-value]
    )
    (machine,) = create(settings, "hosts").listing(OWNER).machines
    assert (machine.state, machine.name, machine.target) == ("unreachable", "old", "office")
