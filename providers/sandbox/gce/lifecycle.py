"""The machines behind the instances, and the states that instances pass through with them."""

from __future__ import annotations

from providers.sandbox.firewall import Ingress
from providers.sandbox.gce.addresses import Addresses
from providers.sandbox.gce.call import Document, parts, text
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import OperationError
from providers.sandbox.gce.firewalls import Firewalls
from providers.sandbox.gce.links import Link
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.stamps import now
from providers.sandbox.machine import Seed

BEGINNING = ("PROVISIONING", "STAGING")
INTERNAL = "INTERNAL_ERROR"


class Lifecycle:
    """Boots, stops and removes machines as instances ask for it, and is the fleet's `Register`.

    Its methods run under the API's lock, except those of `Register` and what the fleet calls
    when work is done: these take the lock for themselves.
    """

    def __init__(
        self, cloud: Cloud, firewalls: Firewalls, disks: Disks, addresses: Addresses
    ) -> None:
        self._cloud = cloud
        self._firewalls = firewalls
        self._disks = disks
        self._addresses = addresses
        self._links: dict[str, Link] = {}

    def boot(
        self,
        link: Link,
        instance: Document,
        address: str,
        seed: Seed,
        image: str,
        operation: Operation,
    ) -> None:
        """Begin to boot a new instance's machine; the operation ends when it is up."""
        host = host_id(instance)
        self._links[host] = link
        instance["status"] = "PROVISIONING"
        operation.on_start = lambda: _stage(instance)
        self._cloud.hosts.boot(
            host,
            address,
            seed,
            lambda problem: self._up(link, instance, operation, problem),
            register=self,
            image=image,
        )

    def start(self, instance: Document, operation: Operation) -> None:
        """Boot the machine of an instance that was stopped or suspended again."""
        instance["status"] = "PROVISIONING"
        operation.on_start = lambda: _stage(instance)
        link = self._links[host_id(instance)]
        self._cloud.hosts.start(
            host_id(instance), lambda problem: self._up(link, instance, operation, problem)
        )

    def reset(self, instance: Document, operation: Operation) -> None:
        """Boot a running machine again; the instance stays RUNNING."""
        self._cloud.hosts.reboot(host_id(instance), lambda problem: self._end(operation, problem))

    def stop(self, instance: Document, operation: Operation, rested: str) -> None:
        """Shut the machine down; `rested` is the state that the instance comes to."""
        passing = "STOPPING" if rested == "TERMINATED" else "SUSPENDING"
        instance["status"] = passing

        def stopped(problem: str) -> None:
            with self._cloud.changed:
                if instance["status"] == passing and not problem:
                    self._halt(instance, rested)
            self._end(operation, problem)

        self._cloud.hosts.stop(host_id(instance), stopped)

    def delete(self, link: Link, instance: Document, operation: Operation) -> None:
        """Remove the machine, and then the instance with the disks that go with it."""
        before, instance["status"] = instance["status"], "STOPPING"

        def gone(problem: str) -> None:
            with self._cloud.changed:
                if problem:
                    instance["status"] = before
                else:
                    self.bury(link, instance)
            self._end(operation, problem)

        self._cloud.hosts.remove(host_id(instance), gone)

    def bury(self, link: Link, instance: Document) -> None:
        """Take an instance out whose machine is gone, or never was; calling twice is safe."""
        url = text(instance, "selfLink")
        self._links.pop(host_id(instance), None)
        self._addresses.vacate(link.project, url)
        for disk in parts(instance, "disks"):
            if disk["autoDelete"]:
                self._disks.remove_url(text(disk, "source"))
            else:
                self._disks.detach(text(disk, "source"))
        if self._cloud.store.find(link) is instance:
            self._cloud.store.remove(link)

    def rules(self, instance_id: str) -> frozenset[Ingress]:
        """The ingress rules that hold for a machine now."""
        with self._cloud.changed:
            link = self._links.get(instance_id)
            instance = self._cloud.store.find(link) if link else None
            if link is None or instance is None:
                return frozenset()
            return self._firewalls.ingress(link.project, instance)

    def expects_running(self, instance_id: str) -> bool:
        """Whether the API calls the instance RUNNING."""
        with self._cloud.changed:
            instance = self._instance(instance_id)
            return instance is not None and instance["status"] == "RUNNING"

    def halted(self, instance_id: str) -> None:
        """The machine was shut down from inside."""
        with self._cloud.changed:
            instance = self._instance(instance_id)
            if instance is not None and instance["status"] == "RUNNING":
                self._halt(instance)

    def _instance(self, host: str) -> Document | None:
        link = self._links.get(host)
        return self._cloud.store.find(link) if link else None

    def _up(self, link: Link, instance: Document, operation: Operation, problem: str) -> None:
        with self._cloud.changed:
            if instance["status"] in BEGINNING:
                if problem:
                    self._cloud.hosts.remove(
                        host_id(instance), lambda left: self._give_up(link, instance)
                    )
                else:
                    instance["status"] = "RUNNING"
                    instance["lastStartTimestamp"] = now()
                    show_address(instance)
        self._end(operation, problem)

    def _give_up(self, link: Link, instance: Document) -> None:
        with self._cloud.changed:
            self.bury(link, instance)

    def _halt(self, instance: Document, rested: str = "TERMINATED") -> None:
        instance["status"] = rested
        stamp = "lastStopTimestamp" if rested == "TERMINATED" else "lastSuspendedTimestamp"
        instance[stamp] = now()
        link = self._links[host_id(instance)]
        kept = any(
            text(instance, "selfLink") in str(address.get("users"))
            for _, address in self._cloud.store.everywhere(link.project, "addresses")
        )
        if not kept:
            hide_address(instance)

    def _end(self, operation: Operation, problem: str) -> None:
        """End an operation, when the rules that changed with the instance are in force."""
        error = OperationError(INTERNAL, problem, 500) if problem else None
        self._cloud.settle(operation, error, firewalls=True)


def host_id(instance: Document) -> str:
    """How the fleet calls the machine of an instance."""
    return f"gce-{instance['id']}"


def _stage(instance: Document) -> None:
    if instance["status"] == "PROVISIONING":
        instance["status"] = "STAGING"


def show_address(instance: Document) -> None:
    """The machine is reached from outside at the address it has inside."""
    for nic in parts(instance, "networkInterfaces"):
        for config in parts(nic, "accessConfigs"):
            config["natIP"] = nic["networkIP"]


def hide_address(instance: Document) -> None:
    """An address that was not reserved goes when the instance stops."""
    for nic in parts(instance, "networkInterfaces"):
        for config in parts(nic, "accessConfigs"):
            config.pop("natIP", None)
