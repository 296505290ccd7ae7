"""Virtual machines: PUT, PATCH and DELETE."""

from __future__ import annotations

from collections.abc import Callable

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import (
    NameRule,
    check_etag,
    check_location,
    check_tags,
    check_zones,
    read,
)
from providers.sandbox.arm.compute.attachments import (
    check_data_disks,
    parts_to_remove,
    plan_interfaces,
    root_disk,
)
from providers.sandbox.arm.compute.images import PlatformImage, find_images
from providers.sandbox.arm.compute.os_profile import check_os_profile, check_unchanged
from providers.sandbox.arm.compute.placement import (
    Placement,
    check_disk_size,
    check_market,
    check_match,
    check_plan,
    check_security,
    choose_image,
    choose_size,
)
from providers.sandbox.arm.compute.power import Power
from providers.sandbox.arm.compute.quota import check_cores, is_spot
from providers.sandbox.arm.compute.sizes import Size, find_size
from providers.sandbox.arm.compute.view import show_machine
from providers.sandbox.arm.document import Document, at, merge
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.references import MACHINES
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.polling import COMPUTE, accepted, async_headers
from providers.sandbox.arm.refusals import busy_compute, invalid_parameter, refuse
from providers.sandbox.arm.shapes.compute import MACHINE, MACHINE_PATCH
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import RestAnswer

RULE = NameRule(
    r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?",
    64,
    "A virtual machine's name has at most 64 letters, digits, '.', '-' and '_', and begins with "
    "a letter or digit.",
)
LATE = ("OSProvisioningTimedOut",)
"""Failures after which the machine runs all the same."""


class Machines:
    """Virtual machines, each a machine of the fleet."""

    type = MACHINES
    shape = MACHINE

    def __init__(self, power: Power) -> None:
        self._power = power

    def show(self, world: World, record: Record) -> Document:
        """The machine as lists show it."""
        return show_machine(record)

    def listed(self, world: World, call: Call, record: Record) -> Document:
        """One entry of a list; `statusOnly` and `$expand` add the instance view."""
        status = call.query("statusOnly").lower() == "true"
        expand = call.query("$expand").lower() == "instanceview"
        return show_machine(record, instance_view=status or expand)

    def get(self, world: World, call: Call, record: Record) -> RestAnswer:
        """GET; `$expand` adds the instance view or the user data."""
        wanted = {word.strip().lower() for word in call.query("$expand").split(",")} - {""}
        if wanted - {"instanceview", "userdata"}:
            raise invalid_parameter(
                f"The expand option '{call.query('$expand')}' is not supported.", "$expand"
            )
        shown = show_machine(
            record, instance_view="instanceview" in wanted, user_data="userdata" in wanted
        )
        return RestAnswer(200, shown)

    def put(self, world: World, call: Call, id: ResourceId) -> RestAnswer:
        """Make a machine, or change one that stands."""
        old = world.store.find(id)
        RULE.check(id.name)
        shown = None if old is None else show_machine(old, instance_view=True)
        body = read(MACHINE, call, shown, "compute")
        for name in ("id", "name", "type", "etag", "systemData", "resources", "managedBy"):
            body.pop(name, None)
        location = check_location(id, body, old)
        body["location"] = location.name
        check_tags(body.get("tags"))
        check_etag(call, id, old)
        zones = body.get("zones") or []
        if len(zones) > 1:
            raise invalid_parameter("A virtual machine can be in one zone only.", "zones")
        check_zones(id, zones, location)
        properties = body.setdefault("properties", {})
        for name in ("provisioningState", "instanceView", "vmId", "timeCreated"):
            properties.pop(name, None)
        if old is not None and old.busy:
            raise busy_compute(id.name)
        if old is not None and old.machine:
            return self._update(world, call, old, body)
        return self._create(world, call, id, body, old)

    def patch(self, world: World, call: Call, record: Record) -> RestAnswer:
        """Change some of a machine."""
        body = read(MACHINE_PATCH, call, show_machine(record, instance_view=True), "compute")
        check_tags(body.get("tags"))
        check_etag(call, record.id, record)
        if record.busy:
            raise busy_compute(record.id.name)
        merged = merge(record.body, {name: body[name] for name in body if name != "tags"})
        if "tags" in body:
            merged["tags"] = body["tags"]
        return self._update(world, call, record, merged)

    def delete(self, world: World, call: Call, record: Record) -> RestAnswer:
        """Begin to remove a machine, with the parts that go with it."""
        return accepted(world, call, self.begin_delete(world, record, call.doom()))

    def begin_delete(self, world: World, record: Record, fault: Fault | None) -> Operation:
        """The removal; an operation that goes on is given up for it."""
        if record.state == "Deleting" and record.busy and record.operation is not None:
            return record.operation
        if record.operation is not None:
            record.operation.cancel()
        before = record.state

        def finish() -> None:
            parts = parts_to_remove(world, record)
            world.store.drop(record)
            record.machine = ""
            for part in parts:
                world.store.drop(part)
                world.kinds[part.id.type].removed(world, part)

        def fail(failure: Failure) -> None:
            record.state, record.failure = "Failed" if before == "Creating" else before, failure

        operation = self._begin(world, record, fault, finish, fail)
        record.state = "Deleting"
        if record.machine and fault is None:
            operation.held = True
            self._power.remove(record, operation)
        return operation

    def removed(self, world: World, record: Record) -> None:
        """Its parts are removed one by one."""

    def _create(
        self, world: World, call: Call, id: ResourceId, body: Document, old: Record | None
    ) -> RestAnswer:
        properties = body["properties"]
        if old is not None:
            # It failed before it had a machine: the same request tries again.
            check_unchanged(old.properties, properties)
            properties = body["properties"] = _again(old.properties, properties)
        placement = _place(world, id, body)
        check_os_profile(properties)
        check_cores(
            world,
            body["location"],
            placement.size,
            spot=is_spot(properties),
            freed=0 if old is None else placement.size.cores,
        )
        check_data_disks(world, id, body, placement.size.data_disks)
        _complete(properties, placement)
        interfaces = plan_interfaces(world, id, body)
        parts = [*interfaces]
        if old is None:
            parts.append(root_disk(world, id, body, placement.image.generation == "V2"))
        record = Record(id, body)
        if old is not None:
            record.guid, record.made = old.guid, old.made
        for part in [*parts, record]:
            world.store.put(part)
        fault = call.doom() or world.settings.shortage(body["location"], body.get("zones") or [])
        operation = self._begin(
            world,
            record,
            fault,
            lambda: _stand(record, "running"),
            lambda failure: _fall(record, failure),
        )
        record.state = "Creating"
        if fault is None or fault.code in LATE:
            operation.held = True
            self._power.boot(record, operation, placement.image.boots)
        headers = async_headers(world, call, operation)
        return RestAnswer(201 if old is None else 200, show_machine(record), headers)

    def _update(self, world: World, call: Call, record: Record, body: Document) -> RestAnswer:
        properties = body["properties"]
        check_unchanged(record.properties, properties)
        if "zones" in body and body["zones"] != record.body.get("zones"):
            raise refuse(
                409,
                "ResourceAvailabilityZonesCannotBeModified",
                f"The zones of virtual machine {record.id} cannot be modified.",
                target="zones",
            )
        if body.get("plan") is not None and body["plan"] != record.body.get("plan"):
            raise refuse(
                409,
                "PropertyChangeNotAllowed",
                "Changing property 'plan' is not allowed.",
                target="plan",
            )
        kept = {**body, "properties": _again(record.properties, properties)}
        size = _current(record)
        wished = choose_size(kept, kept["properties"])
        if wished.name != size.name:
            image = _image(record)
            check_match(world, wished, image)
            check_cores(
                world, record.location, wished, spot=is_spot(record.properties), freed=size.cores
            )
        check_data_disks(world, record.id, kept, wished.data_disks)
        made = plan_interfaces(world, record.id, kept)
        if made:
            raise refuse(
                409,
                "OperationNotAllowed",
                "Interfaces can be made together with a new virtual machine only.",
            )
        if "zones" in record.body:
            kept["zones"] = record.body["zones"]
        record.body = kept
        record.touch()
        operation = self._begin(
            world,
            record,
            call.doom(),
            lambda: _stand(record, record.power),
            lambda failure: _fall(record, failure),
        )
        record.state = "Updating"
        return RestAnswer(200, show_machine(record), async_headers(world, call, operation))

    def _begin(
        self,
        world: World,
        record: Record,
        fault: Fault | None,
        finish: Callable[[], None],
        fail: Callable[[Failure], None],
    ) -> Operation:
        record.failure = None
        record.operation = world.operations.begin(
            COMPUTE,
            record.location,
            takes=world.settings.change,
            fault=fault,
            finish=finish,
            fail=fail,
        )
        return record.operation


def _stand(record: Record, power: str) -> None:
    record.state, record.power = "Succeeded", power
    record.touch()


def _fall(record: Record, failure: Failure) -> None:
    record.state, record.failure = "Failed", failure
    if record.machine and failure.code in LATE:
        record.power = "running"
    record.touch()


def _place(world: World, id: ResourceId, body: Document) -> Placement:
    properties = body["properties"]
    if at(properties, "storageProfile", "osDisk") is None:
        raise invalid_parameter(
            "Required parameter 'storageProfile.osDisk' is missing (null).", "osDisk"
        )
    if at(properties, "storageProfile", "osDisk", "createOption") != "FromImage":
        raise refuse(
            409, "OperationNotAllowed", "The sandbox makes virtual machines from images only."
        )
    size = choose_size(body, properties)
    image, version = choose_image(properties)
    check_match(world, size, image)
    check_security(properties, size, image)
    check_plan(world, id, body, image)
    check_market(properties, size)
    check_disk_size(properties)
    return Placement(size, image, version)


def _complete(properties: Document, placement: Placement) -> None:
    profile = properties["storageProfile"]
    profile["imageReference"]["exactVersion"] = placement.version
    disk = profile["osDisk"]
    disk["osType"] = "Linux"
    disk.setdefault("caching", "ReadWrite")
    disk.setdefault("diskSizeGB", 30)
    disk.setdefault("deleteOption", "Detach")
    profile.setdefault("dataDisks", [])
    linux = properties["osProfile"].setdefault("linuxConfiguration", {})
    linux.setdefault("disablePasswordAuthentication", False)
    linux.setdefault("provisionVMAgent", True)
    linux.setdefault(
        "patchSettings", {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}
    )
    os_profile = properties["osProfile"]
    os_profile.setdefault("secrets", [])
    os_profile.setdefault("allowExtensionOperations", True)
    os_profile.setdefault("requireGuestProvisionSignal", True)
    if properties.get("priority") in ("Spot", "Low"):
        properties.setdefault("evictionPolicy", "Deallocate")
        properties.setdefault("billingProfile", {"maxPrice": -1})


def _again(old: Document, new: Document) -> Document:
    """A new document on the old one: what is left out stays."""
    joined = merge(old, {name: value for name, value in new.items() if name != "networkProfile"})
    joined["networkProfile"] = {
        **{
            name: value
            for name, value in (new.get("networkProfile") or {}).items()
            if name not in ("networkInterfaceConfigurations", "networkApiVersion")
        }
    }
    if not joined["networkProfile"].get("networkInterfaces"):
        joined["networkProfile"] = old["networkProfile"]
    return joined


def _current(record: Record) -> Size:
    size = find_size(str(at(record.properties, "hardwareProfile", "vmSize")))
    assert size is not None
    return size


def _image(record: Record) -> PlatformImage:
    reference = at(record.properties, "storageProfile", "imageReference")
    return find_images(reference["publisher"], reference["offer"], reference["sku"])[0]
