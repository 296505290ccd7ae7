"""Parts of an instance: labels, tags, metadata, access, console, what its guest tells."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document, part, parts, texts
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.errors import condition_not_met, invalid, not_found, required
from providers.sandbox.gce.guests import guest_metadata, metadata_items
from providers.sandbox.gce.instance_plan import access_config, tags_document
from providers.sandbox.gce.instances import ONE, PATH, REQUEST, Instances
from providers.sandbox.gce.labels import check_metadata, metadata_document, set_labels
from providers.sandbox.gce.lifecycle import host_id
from providers.sandbox.gce.links import BASE
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import Route
from providers.sandbox.rest.message import Json, RestRefusal

ON = ("true", "y", "yes", "1")


class InstanceParts:
    """Methods of `instances` that are about a part of one."""

    def __init__(self, cloud: Cloud, instances: Instances) -> None:
        self._cloud = cloud
        self._instances = instances

    def routes(self) -> Iterable[Route]:
        """The methods."""
        resource = f"{PATH}/{{resource}}"
        for method, path, handler, query, body in (
            ("setLabels", ONE, self.set_labels, (), "InstancesSetLabelsRequest"),
            ("setMetadata", ONE, self.set_metadata, (), "Metadata"),
            ("setTags", ONE, self.set_tags, (), "Tags"),
            (
                "addAccessConfig",
                ONE,
                self.add_access_config,
                ("networkInterface",),
                "AccessConfig",
            ),
            (
                "deleteAccessConfig",
                ONE,
                self.delete_access_config,
                ("networkInterface", "accessConfig"),
                "",
            ),
            ("setDiskAutoDelete", ONE, self.set_auto_delete, ("autoDelete", "deviceName"), ""),
            (
                "setDeletionProtection",
                resource,
                self.set_protection,
                ("deletionProtection",),
                "",
            ),
        ):
            yield Route(
                f"instances.{method}",
                "POST",
                f"{path}/{method}",
                handler,
                (*REQUEST, *query),
                body,
            )
        yield Route(
            "instances.getSerialPortOutput",
            "GET",
            f"{ONE}/serialPort",
            self.console,
            ("port", "start"),
        )
        yield Route(
            "instances.getGuestAttributes",
            "GET",
            f"{ONE}/getGuestAttributes",
            self.guest_attributes,
            ("queryPath", "variableKey"),
        )

    def set_labels(self, call: Call) -> Operation:
        """instances.setLabels"""
        link, instance = self._instances.find(call)
        set_labels(instance, call.body, "Labels")
        return self._cloud.settle(self._cloud.begin(call, "setLabels", link, instance))

    def set_metadata(self, call: Call) -> Operation:
        """instances.setMetadata: the machine sees them at once."""
        link, instance = self._instances.find(call)
        items = check_metadata(dict(call.body), "metadata")
        if call.body.get("fingerprint") != part(instance, "metadata")["fingerprint"]:
            raise condition_not_met(
                "Supplied fingerprint does not match current metadata fingerprint."
            )
        instance["metadata"] = metadata_document(items)
        self._cloud.hosts.publish(host_id(instance), guest_metadata(link, items))
        return self._cloud.settle(self._cloud.begin(call, "setMetadata", link, instance))

    def set_tags(self, call: Call) -> Operation:
        """instances.setTags: firewall rules follow."""
        link, instance = self._instances.find(call)
        if call.body.get("fingerprint") != part(instance, "tags")["fingerprint"]:
            raise condition_not_met("Supplied fingerprint does not match current tags fingerprint.")
        instance["tags"] = tags_document(texts(call.body, "items"), "tags")
        operation = self._cloud.begin(call, "setTags", link, instance)
        return self._cloud.settle(operation, firewalls=True)

    def add_access_config(self, call: Call) -> Operation:
        """instances.addAccessConfig"""
        link, instance = self._instances.find(call)
        nic = self._interface(call, instance)
        if parts(nic, "accessConfigs"):
            raise invalid("networkInterface", "nic0", "At most one access config.")
        config = access_config(dict(call.body))
        if instance["status"] == "RUNNING":
            config["natIP"] = nic["networkIP"]
        nic["accessConfigs"] = [config]
        return self._cloud.settle(self._cloud.begin(call, "addAccessConfig", link, instance))

    def delete_access_config(self, call: Call) -> Operation:
        """instances.deleteAccessConfig"""
        link, instance = self._instances.find(call)
        nic = self._interface(call, instance)
        wanted = call.query.get("accessConfig", "")
        if not any(config["name"] == wanted for config in parts(nic, "accessConfigs")):
            raise invalid("accessConfig", wanted, "The access config was not found.")
        del nic["accessConfigs"]
        return self._cloud.settle(self._cloud.begin(call, "deleteAccessConfig", link, instance))

    def set_auto_delete(self, call: Call) -> Operation:
        """instances.setDiskAutoDelete"""
        link, instance = self._instances.find(call)
        device = call.query.get("deviceName", "")
        for disk in parts(instance, "disks"):
            if disk["deviceName"] == device:
                disk["autoDelete"] = flag(call, "autoDelete")
                begun = self._cloud.begin(call, "setDiskAutoDelete", link, instance)
                return self._cloud.settle(begun)
        raise invalid("deviceName", device, "No attached disk found with that device name.")

    def set_protection(self, call: Call) -> Operation:
        """instances.setDeletionProtection"""
        link, instance = self._instances.find(call)
        instance["deletionProtection"] = flag(call, "deletionProtection", "true")
        begun = self._cloud.begin(call, "setDeletionProtection", link, instance)
        return self._cloud.settle(begun)

    def console(self, call: Call) -> Document:
        """instances.getSerialPortOutput: what the machine really wrote, from byte `start` on."""
        _, instance = self._instances.find(call)
        port = call.query.get("port", "1")
        if port not in ("1", "2", "3", "4"):
            raise invalid("port", port, "Must be between 1 and 4, inclusive.")
        start = call.query.get("start", "0")
        if not start.isdigit():
            raise invalid("start", start, "Must be a position in the output.")
        output = self._cloud.hosts.console(host_id(instance)) if port == "1" else b""
        return {
            "kind": "compute#serialPortOutput",
            "selfLink": BASE + call.path,
            "contents": output[int(start) :].decode(errors="replace"),
            "start": start,
            "next": str(max(int(start), len(output))),
        }

    def guest_attributes(self, call: Call) -> Document:
        """instances.getGuestAttributes: of a namespace (`queryPath=hostkeys/`), or one
        (`hostkeys/ssh-ed25519`)."""
        _, instance = self._instances.find(call)
        items = metadata_items(instance)
        if items.get("enable-guest-attributes", "").lower() not in ON:
            raise RestRefusal(
                412, "conditionNotMet", "Guest attributes endpoint access is disabled."
            )
        found = self._cloud.hosts.attributes(host_id(instance))
        answer: Document = {"kind": "compute#guestAttributes", "selfLink": BASE + call.path}
        key = call.query.get("variableKey", "")
        if key:
            if key not in found:
                raise not_found(key, "Guest Attribute")
            return {**answer, "variableKey": key, "variableValue": found[key]}
        path = call.query.get("queryPath", "")
        namespace, _, one = path.partition("/")
        values: list[Json] = [
            {"namespace": name.partition("/")[0], "key": name.partition("/")[2], "value": value}
            for name, value in sorted(found.items())
            if not namespace or name == path or (not one and name.startswith(f"{namespace}/"))
        ]
        if not values:
            raise not_found(path, "Guest Attribute")
        return {**answer, "queryPath": path, "queryValue": {"items": values}}

    def _interface(self, call: Call, instance: Document) -> Document:
        name = call.query.get("networkInterface", "")
        if not name:
            raise required("networkInterface")
        for nic in parts(instance, "networkInterfaces"):
            if nic["name"] == name:
                return nic
        raise invalid("networkInterface", name, "The network interface was not found.")


def flag(call: Call, name: str, default: str = "false") -> bool:
    """A parameter that is true or false; gcloud writes them with a capital."""
    return call.query.get(name, default).lower() == "true"
