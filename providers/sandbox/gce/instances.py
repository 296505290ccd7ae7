"""Instances: the methods that make, find, run and remove them."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.errors import SandboxError
from providers.sandbox.gce.addresses import Addresses
from providers.sandbox.gce.call import Call, Document, parts, text
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import (
    OperationError,
    already_exists,
    from_fault,
    not_ready,
    stockout,
)
from providers.sandbox.gce.geography import REGION_OF
from providers.sandbox.gce.guests import make_seed
from providers.sandbox.gce.instance_plan import InstancePlan, Planner
from providers.sandbox.gce.labels import metadata_document, put_labels
from providers.sandbox.gce.lifecycle import Lifecycle
from providers.sandbox.gce.links import Link
from providers.sandbox.gce.lists import ZONES, aggregated, listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.quotas import Quotas
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route
from providers.sandbox.gce.stamps import fingerprint
from providers.sandbox.rest.message import RestRefusal

PATH = "projects/{project}/zones/{zone}/instances"
ONE = f"{PATH}/{{instance}}"
REQUEST = ("requestId",)


class Instances:
    """Methods of `instances` that are about whole instances."""

    def __init__(
        self,
        cloud: Cloud,
        planner: Planner,
        disks: Disks,
        addresses: Addresses,
        quotas: Quotas,
        lifecycle: Lifecycle,
    ) -> None:
        self._cloud = cloud
        self._planner = planner
        self._disks = disks
        self._addresses = addresses
        self._quotas = quotas
        self._lifecycle = lifecycle

    def routes(self) -> Iterable[Route]:
        """The methods."""
        sources = ("sourceInstanceTemplate", "sourceMachineImage")
        graceful = ("noGracefulShutdown",)
        yield Route("instances.list", "GET", PATH, self.list, LISTED)
        yield Route(
            "instances.aggregatedList",
            "GET",
            "projects/{project}/aggregated/instances",
            self.list_all,
            AGGREGATED,
        )
        yield Route("instances.get", "GET", ONE, self.get)
        yield Route("instances.insert", "POST", PATH, self.insert, (*REQUEST, *sources), "Instance")
        yield Route("instances.delete", "DELETE", ONE, self.delete, (*REQUEST, *graceful))
        yield Route("instances.start", "POST", f"{ONE}/start", self.start, REQUEST)
        yield Route(
            "instances.stop",
            "POST",
            f"{ONE}/stop",
            self.stop,
            (*REQUEST, *graceful, "discardLocalSsd"),
        )
        yield Route("instances.reset", "POST", f"{ONE}/reset", self.reset, REQUEST)
        yield Route(
            "instances.suspend",
            "POST",
            f"{ONE}/suspend",
            self.suspend,
            (*REQUEST, "discardLocalSsd"),
        )
        yield Route("instances.resume", "POST", f"{ONE}/resume", self.resume, REQUEST)

    def list(self, call: Call) -> Document:
        """instances.list"""
        found = self._cloud.store.list(call.project, call.scope, "instances")
        return listed(call, "instanceList", found)

    def list_all(self, call: Call) -> Document:
        """instances.aggregatedList"""
        found = self._cloud.store.list_all(call.project, "instances")
        return aggregated(call, "instanceAggregatedList", "instances", ZONES, found)

    def get(self, call: Call) -> Document:
        """instances.get"""
        return self.find(call)[1]

    def insert(self, call: Call) -> Operation:
        """instances.insert: answers at once; the operation ends when the machine is up. Where
        it ends in an error, the instance is there for a moment and then is not."""
        plan = self._planner.plan(call)
        region = REGION_OF[call.zone]
        error = self._quotas.exceeded(call.project, region, plan.document)
        fault = call.doom()
        if fault is not None:
            error = from_fault(fault, call.project, call.zone, plan.kind.name)
        elif call.zone in self._cloud.settings.down:
            error = stockout(call.project, call.zone, plan.kind.name)
        address, image = text(plan.reserved, "address") if plan.reserved else "", ""
        try:
            address = address or self._cloud.hosts.pool.take()
        except SandboxError as problem:
            error = error or OperationError("IP_SPACE_EXHAUSTED", str(problem), 400)
        try:
            image = self._cloud.hosts.images.reference(
                plan.disks.boot.machine, plan.disks.boot.channel
            )
        except SandboxError as problem:
            error = error or OperationError("INTERNAL_ERROR", str(problem), 500)
        instance = self._make(plan, address)
        operation = self._cloud.begin(call, "insert", plan.link, instance)
        if error is not None:
            if address:
                self._cloud.hosts.pool.give_back(address)
            return self._fail(plan.link, instance, operation, error)
        seed = make_seed(plan.link, plan.disks.boot, plan.metadata)
        self._lifecycle.boot(plan.link, instance, address, seed, image, operation)
        return operation

    def delete(self, call: Call) -> Operation:
        """instances.delete"""
        link, instance = self.find(call)
        if instance.get("deletionProtection"):
            raise RestRefusal(
                400,
                "invalidResourceUsage",
                "Invalid resource usage: 'Resource cannot be deleted if it's protected against "
                "deletion.'.",
            )
        if instance["status"] == "STOPPING":
            raise not_ready(link.path)
        operation = self._cloud.begin(call, "delete", link, instance)
        self._lifecycle.delete(link, instance, operation)
        return operation

    def start(self, call: Call) -> Operation:
        """instances.start; of one that runs, it changes nothing."""
        return self._boot_again(call, "start", "TERMINATED")

    def resume(self, call: Call) -> Operation:
        """instances.resume; of one that runs, it changes nothing."""
        return self._boot_again(call, "resume", "SUSPENDED")

    def stop(self, call: Call) -> Operation:
        """instances.stop; of one that is stopped, it changes nothing."""
        return self._shut_down(call, "stop", "TERMINATED")

    def suspend(self, call: Call) -> Operation:
        """instances.suspend. The machine is shut down: here its memory is not kept."""
        return self._shut_down(call, "suspend", "SUSPENDED")

    def _boot_again(self, call: Call, type: str, rested: str) -> Operation:
        link, instance = self.find(call)
        if instance["status"] not in ("RUNNING", rested):
            raise not_ready(link.path)
        operation = self._cloud.begin(call, type, link, instance)
        if instance["status"] == "RUNNING":
            return self._cloud.settle(operation)
        self._lifecycle.start(instance, operation)
        return operation

    def _shut_down(self, call: Call, type: str, rested: str) -> Operation:
        link, instance = self.find(call)
        if instance["status"] not in ("RUNNING", rested):
            raise not_ready(link.path)
        operation = self._cloud.begin(call, type, link, instance)
        if instance["status"] == rested:
            return self._cloud.settle(operation)
        self._lifecycle.stop(instance, operation, rested)
        return operation

    def reset(self, call: Call) -> Operation:
        """instances.reset"""
        link, instance = self.find(call)
        if instance["status"] != "RUNNING":
            raise not_ready(link.path)
        operation = self._cloud.begin(call, "reset", link, instance)
        self._lifecycle.reset(instance, operation)
        return operation

    def find(self, call: Call) -> tuple[Link, Document]:
        """The instance that a call is about, by name or id. Raises RestRefusal."""
        name = call.parts.get("instance") or call.parts["resource"]
        instance = self._cloud.store.get(call.link("instances", name))
        return call.link("instances", text(instance, "name")), instance

    def _make(self, plan: InstancePlan, address: str) -> Document:
        if self._cloud.store.find(plan.link) is not None:
            raise already_exists(plan.link.path)
        for disk in plan.disks.new:
            made = self._disks.make(
                disk.link, disk.body, "resource.disks", size_field=disk.size_field
            )
            made["users"] = [plan.link.url]
        for link in plan.disks.old:
            self._disks.attach(link, plan.link.url)
        instance = self._cloud.store.add(
            plan.link,
            "instance",
            {**plan.document, "status": "PROVISIONING", "fingerprint": ""},
        )
        for nic in parts(instance, "networkInterfaces"):
            if address:
                nic["networkIP"] = address
            nic["fingerprint"] = fingerprint({"nic": [nic]})
        instance["fingerprint"] = fingerprint({"id": instance["id"]})
        instance["metadata"] = metadata_document(plan.metadata)
        put_labels(instance, plan.labels)
        if plan.reserved is not None:
            self._addresses.occupy(plan.reserved, plan.link.url)
        return instance

    def _fail(
        self, link: Link, instance: Document, operation: Operation, error: OperationError
    ) -> Operation:
        def vanish() -> None:
            with self._cloud.changed:
                self._lifecycle.bury(link, instance)

        return self._cloud.settle(operation, error, before=vanish)
