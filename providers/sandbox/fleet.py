"""The machines behind an emulated API: work in the background, in order for each machine."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox.errors import SandboxError
from providers.sandbox.firewall import Ingress, apply_firewall
from providers.sandbox.guest import GuestFolder
from providers.sandbox.home import Home
from providers.sandbox.hosts import Done, Register
from providers.sandbox.image import BAKED, MachineImages
from providers.sandbox.machine import (
    Machine,
    Seed,
    boot_again,
    console_output,
    is_up,
    remove_machine,
    restart_machine,
    start_machine,
    stop_machine,
    write_seed,
)
from providers.sandbox.network import AddressPool
from providers.sandbox.outer import machine_arch
from providers.sandbox.progress import Progress

if TYPE_CHECKING:
    import docker

PARALLEL_FILTERS = 8  # machines whose packet filters are changed at once


@dataclass
class _Berth:
    machine: Machine
    address: str
    work: ThreadPoolExecutor
    register: Register
    image: str
    applied: frozenset[Ingress] | None = None
    filter: threading.Lock = field(default_factory=threading.Lock)
    """Held while `applied` is made true, or is no longer."""


class Fleet:
    """All machines of one sandbox. Methods may be called from any thread and return at once
    (except `converge_firewalls`); jobs of one machine run in the order they were given."""

    def __init__(
        self, client: docker.APIClient, home: Home, pool: AddressPool, image: str, log: Progress
    ) -> None:
        self.images = MachineImages(client, log)
        self.use_image(image)
        self.pool = pool
        self._client = client
        self._home = home
        self._sandbox = home.sandbox_id()
        self._log = log
        self._berths: dict[str, _Berth] = {}
        self._lock = threading.Lock()

    def use_image(self, image: str) -> None:
        """Boot machines from `image` where their API does not say otherwise; all new machines
        have Docker already, or have not, as it has."""
        self.image = image
        self.images.baked = image.endswith(BAKED)

    def can_run(self, arch: str) -> bool:
        """Whether machines of that architecture can run on this computer."""
        return arch == machine_arch()

    def boot(
        self,
        instance: str,
        address: str,
        seed: Seed,
        done: Done,
        *,
        register: Register,
        image: str = "",
    ) -> None:
        """Begin to boot a machine at an address taken from the pool. `register` is the API
        that made it; `image` the machine image to boot, the fleet's own by default."""
        berth = _Berth(
            Machine(self._sandbox, instance),
            address,
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=instance),
            register,
            image,
        )
        with self._lock:
            self._berths[instance] = berth
        berth.work.submit(self._attempt, berth, lambda: self._boot(berth, seed), done)

    def stop(self, instance: str, done: Done) -> None:
        """Shut a machine down; its address and disks stay."""
        berth = self._berths[instance]
        berth.work.submit(self._attempt, berth, lambda: self._stop(berth), done)

    def start(self, instance: str, done: Done) -> None:
        """Boot a stopped machine."""
        berth = self._berths[instance]
        berth.work.submit(self._attempt, berth, lambda: self._start(berth), done)

    def reboot(self, instance: str, done: Done) -> None:
        """Boot a running machine again."""
        berth = self._berths[instance]
        berth.work.submit(self._attempt, berth, lambda: self._reboot(berth), done)

    def remove(self, instance: str, done: Done) -> None:
        """Remove a machine with its volumes; its last console output is kept in a file."""
        berth = self._berths[instance]
        berth.work.submit(self._attempt, berth, lambda: self._remove(berth), done)

    def ended(self, instance: str, *, rebooted: bool) -> None:
        """A machine's container ended. Where that was not our doing, boot it again after a
        reboot from inside, and tell the API after a shutdown."""
        berth = self._berths.get(instance)
        if berth is not None:
            with contextlib.suppress(RuntimeError):  # the machine was removed meanwhile
                berth.work.submit(
                    self._attempt,
                    berth,
                    lambda: self._follow(berth, rebooted),
                    lambda problem: None,
                )

    def console(self, instance: str) -> bytes:
        """The machine's console so far; after its end, what was kept."""
        berth = self._berths.get(instance)
        if berth is not None:
            return console_output(self._client, berth.machine)
        with contextlib.suppress(FileNotFoundError):
            return self._console_file(instance).read_bytes()
        return b""

    def publish(self, instance: str, metadata: Mapping[str, str]) -> None:
        """Show a machine with a guest agent its metadata as they are now."""
        GuestFolder(self._home.guests / instance).publish(metadata)

    def attributes(self, instance: str) -> Mapping[str, str]:
        """The guest attributes that a machine published."""
        return GuestFolder(self._home.guests / instance).attributes()

    def converge_firewalls(self) -> None:
        """Bring every running machine's packet filter to the rules that hold now; returns when
        they are in force. Machines whose rules did not change are left alone."""
        with ThreadPoolExecutor(PARALLEL_FILTERS) as pool:
            list(pool.map(self._converge, list(self._berths.values())))

    def _attempt(self, berth: _Berth, job: Callable[[], None], done: Done) -> None:
        import docker.errors
        import requests

        problem = ""
        try:
            job()
        except (
            SandboxError,
            docker.errors.DockerException,
            OSError,
            requests.RequestException,
        ) as error:
            problem = str(error)
            self._log(f"Machine {berth.machine.instance}: {problem}")
        done(problem)

    def _boot(self, berth: _Berth, seed: Seed) -> None:
        image = berth.image or self.image
        self.images.ensure(image)
        write_seed(self._home, berth.machine.instance, seed)
        start_machine(
            self._client,
            berth.machine,
            image=image,
            address=berth.address,
            seed=seed,
            home=self._home,
        )
        self._protect(berth)

    def _start(self, berth: _Berth) -> None:
        boot_again(self._client, berth.machine)
        self._protect(berth)

    def _stop(self, berth: _Berth) -> None:
        with berth.filter:
            berth.applied = None
        stop_machine(self._client, berth.machine)

    def _reboot(self, berth: _Berth) -> None:
        with berth.filter:
            berth.applied = None
        restart_machine(self._client, berth.machine)
        self._protect(berth)

    def _follow(self, berth: _Berth, rebooted: bool) -> None:
        instance = berth.machine.instance
        if not berth.register.expects_running(instance):
            return
        if is_up(self._client, berth.machine):
            return
        with berth.filter:
            berth.applied = None
        if rebooted:
            self._start(berth)
        else:
            berth.register.halted(instance)

    def _remove(self, berth: _Berth) -> None:
        with berth.filter:
            berth.applied = None
        instance = berth.machine.instance
        self._console_file(instance).write_bytes(console_output(self._client, berth.machine))
        remove_machine(self._client, berth.machine, self._home)
        with self._lock:
            self._berths.pop(instance, None)
        self.pool.give_back(berth.address)
        berth.work.shutdown(wait=False)

    def _protect(self, berth: _Berth) -> None:
        with berth.filter:
            berth.applied = None
            problem = self._apply(berth)
        if problem:
            raise SandboxError(f"its security groups cannot be enforced: {problem}")

    def _converge(self, berth: _Berth) -> None:
        """One that does not run, or boots, has no filter to change: it gets one of its own."""
        with berth.filter:
            if berth.applied is not None:
                self._apply(berth)

    def _apply(self, berth: _Berth) -> str:
        wanted = berth.register.rules(berth.machine.instance)
        if wanted == berth.applied:
            return ""
        problem = apply_firewall(self._client, berth.machine, wanted)
        if problem:
            self._log(f"Machine {berth.machine.instance}: packet filter: {problem}")
        else:
            berth.applied = wanted
        return problem

    def _console_file(self, instance: str) -> Path:
        return self._home.consoles / f"{instance}.log"
