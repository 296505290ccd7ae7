"""The clouds' official command lines as witnesses: they know nothing of Longshore.

Each sees what the adapter made, by means of its own, and makes things of its own beside it. Ids
are the adapter's, so that both can be compared.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from providers.contract.retry import ignore_retry
from providers.contract.types import TAG_ENVIRONMENT, TAG_PROJECT, Owner, ResourceKind
from tests.az import Az
from tests.contract.emulators import Emulator
from tests.contract.emulators.arm_here import ArmHere
from tests.contract.emulators.gce_here import GceHere
from tests.contract.emulators.moto_ec2 import MotoEc2
from tests.contract.stage import new_public_key
from tests.gcloud import Gcloud
from tests.rehearsal import AWS

Ids = dict[ResourceKind, set[str]]


@dataclass(frozen=True)
class Seen:
    """One machine, as a command line shows it."""

    id: str
    type: str
    zone: str
    address: str
    tags: Mapping[str, str]


class Witness(Protocol):
    emulator: Emulator
    adoptable: tuple[ResourceKind, ...]
    """What becomes ours by our tags alone. A firewall rule of Compute Engine has no labels, and
    needs a name of ours as well."""

    def ids(self, owner: Owner) -> Ids:
        """Everything that carries the owner's tags, by kind."""

    def machine(self, owner: Owner) -> Seen:
        """The owner's one machine."""

    def make(self, word: str) -> dict[ResourceKind, str]:
        """Make a machine, a disk and a firewall of its own; `word` is part of their names."""

    def tag(self, kind: ResourceKind, id: str, tags: Mapping[str, str]) -> None:
        """Add tags to something."""


def ours(owner: Owner, tags: Mapping[str, str] | None) -> bool:
    found = tags or {}
    return (found.get(TAG_PROJECT), found.get(TAG_ENVIRONMENT)) == (
        owner.project,
        owner.environment,
    )


class Aws:
    """`aws ec2` against moto."""

    adoptable: tuple[ResourceKind, ...] = ("machine", "disk", "firewall")

    def __init__(self, folder: Path) -> None:
        self.emulator: MotoEc2 = MotoEc2()

    def __call__(self, *arguments: str) -> Any:
        done = subprocess.run(
            [AWS, "ec2", *arguments, "--output", "json"],
            env={
                "PATH": "/usr/bin:/bin",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_ENDPOINT_URL": self.emulator.endpoint or "",
                "AWS_DEFAULT_REGION": self.emulator.facts.region,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout or "null")

    def ids(self, owner: Owner) -> Ids:
        here = ("--filters", *(f"Name=tag:{key},Values={owner.tags[key]}" for key in owner.tags))
        return {
            "machine": {one["InstanceId"] for one in self._instances(owner)},
            "disk": self._listed("describe-volumes", here, "Volumes", "VolumeId"),
            "interface": self._listed(
                "describe-network-interfaces", here, "NetworkInterfaces", "NetworkInterfaceId"
            ),
            "firewall": self._listed("describe-security-groups", here, "SecurityGroups", "GroupId"),
            "key": self._listed("describe-key-pairs", here, "KeyPairs", "KeyPairId"),
        }

    def _listed(self, command: str, here: tuple[str, ...], name: str, id: str) -> set[str]:
        return {str(one[id]) for one in self(command, *here)[name]}

    def _instances(self, owner: Owner) -> list[dict[str, Any]]:
        live = "Name=instance-state-name,Values=pending,running,stopping,stopped"
        mine = (f"Name=tag:{key},Values={owner.tags[key]}" for key in owner.tags)
        answer = self("describe-instances", "--filters", live, *mine)
        return [one for group in answer["Reservations"] for one in group["Instances"]]

    def machine(self, owner: Owner) -> Seen:
        (one,) = self._instances(owner)
        return Seen(
            one["InstanceId"],
            one["InstanceType"],
            one["Placement"]["AvailabilityZone"],
            one["PublicIpAddress"],
            {tag["Key"]: tag["Value"] for tag in one["Tags"]},
        )

    def make(self, word: str) -> dict[ResourceKind, str]:
        image = self.emulator.provider(ignore_retry).resolve_image("debian-12", "x86_64")
        ran = self("run-instances", "--image-id", image.id, "--instance-type", "t3.micro")
        zone = ran["Instances"][0]["Placement"]["AvailabilityZone"]
        volume = self("create-volume", "--availability-zone", zone, "--size", "1")
        group = self("create-security-group", "--group-name", word, "--description", word)
        return {
            "machine": ran["Instances"][0]["InstanceId"],
            "disk": volume["VolumeId"],
            "firewall": group["GroupId"],
        }

    def tag(self, kind: ResourceKind, id: str, tags: Mapping[str, str]) -> None:
        pairs = [f"Key={key},Value={value}" for key, value in tags.items()]
        self("create-tags", "--resources", id, "--tags", *pairs)


class Google:
    """`gcloud compute` against the sandbox's Compute Engine."""

    adoptable: tuple[ResourceKind, ...] = ("machine", "disk")

    def __init__(self, folder: Path) -> None:
        self.emulator: GceHere = GceHere()
        self.gcloud = Gcloud(self.emulator.environ)

    def ids(self, owner: Owner) -> Ids:
        rules = self.gcloud("firewall-rules", "list")
        mine = [rule for rule in rules if ours(owner, _described(rule))]
        return {
            "machine": self._listed("instances", owner),
            "disk": self._listed("disks", owner),
            # A target's rules are one firewall, which is their network tag.
            "firewall": {tag for rule in mine for tag in rule["targetTags"]},
        }

    def _listed(self, what: str, owner: Owner) -> set[str]:
        found = self.gcloud(what, "list")
        return {_located(one) for one in found if ours(owner, one.get("labels"))}

    def machine(self, owner: Owner) -> Seen:
        found = self.gcloud("instances", "list")
        (one,) = [one for one in found if ours(owner, one.get("labels"))]
        return Seen(
            _located(one),
            one["machineType"].rpartition("/")[2],
            one["zone"].rpartition("/")[2],
            one["networkInterfaces"][0]["accessConfigs"][0]["natIP"],
            one["labels"],
        )

    def make(self, word: str) -> dict[ResourceKind, str]:
        place = f"{self.emulator.facts.region}-a"
        zone = ("--zone", place)
        image = ("--image-family", "debian-12", "--image-project", "debian-cloud")
        self.gcloud("instances", "create", word, *zone, "--machine-type", "e2-micro", *image)
        self.gcloud("disks", "create", f"{word}-disk", *zone, "--size", "10GB")
        self.gcloud("firewall-rules", "create", word, "--allow", "tcp:8080")
        return {"machine": f"{place}/{word}", "disk": f"{place}/{word}-disk", "firewall": word}

    def tag(self, kind: ResourceKind, id: str, tags: Mapping[str, str]) -> None:
        if kind == "firewall":
            self.gcloud("firewall-rules", "update", id, "--description", json.dumps(dict(tags)))
            return
        zone, _, name = id.partition("/")
        what = {"machine": "instances", "disk": "disks"}[kind]
        labels = ",".join(f"{key}={value}" for key, value in tags.items())
        self.gcloud(what, "add-labels", name, "--zone", zone, "--labels", labels)


class Azure:
    """`az` against the sandbox's Azure Resource Manager."""

    adoptable: tuple[ResourceKind, ...] = ("machine", "disk", "firewall")

    KINDS: Mapping[ResourceKind, str] = {
        "machine": "Microsoft.Compute/virtualMachines",
        "disk": "Microsoft.Compute/disks",
        "interface": "Microsoft.Network/networkInterfaces",
        "address": "Microsoft.Network/publicIPAddresses",
        "firewall": "Microsoft.Network/networkSecurityGroups",
        "network": "Microsoft.Network/virtualNetworks",
    }

    def __init__(self, folder: Path) -> None:
        self.emulator: ArmHere = ArmHere()
        environ = self.emulator.environ
        self.az = Az({**environ, "REQUESTS_CA_BUNDLE": environ["LONGSHORE_AZURE_CA"]})
        self.az.sign_in()
        self._key = folder / "key.pub"
        self._key.write_text(new_public_key())

    def ids(self, owner: Owner) -> Ids:
        found = [one for one in self.az("resource", "list") if ours(owner, one["tags"])]
        groups = [one for one in self.az("group", "list") if ours(owner, one["tags"])]
        by_kind: Ids = {
            kind: {one["id"].lower() for one in found if one["type"].lower() == type.lower()}
            for kind, type in self.KINDS.items()
        }
        return {**by_kind, "group": {one["id"].lower() for one in groups}}

    def machine(self, owner: Owner) -> Seen:
        found = self.az("vm", "list", "--show-details")
        (one,) = [one for one in found if ours(owner, one["tags"])]
        return Seen(
            one["id"].lower(),
            one["hardwareProfile"]["vmSize"],
            one["zones"][0],
            one["publicIps"],
            one["tags"],
        )

    def make(self, word: str) -> dict[ResourceKind, str]:
        group = ("--resource-group", word)
        self.az("group", "create", "--name", word, "--location", self.emulator.facts.region)
        vm = self.az(
            *("vm", "create", *group, "--name", word, "--image"),
            *("Debian:debian-12:12-gen2:latest", "--size", "Standard_B2s"),
            *("--admin-username", "someone", "--ssh-key-values", str(self._key)),
        )
        disk = self.az("disk", "create", *group, "--name", f"{word}-disk", "--size-gb", "4")
        firewall = self.az("network", "nsg", "create", *group, "--name", f"{word}-own")
        return {
            "machine": vm["id"],
            "disk": disk["id"],
            "firewall": firewall["NewNSG"]["id"],
        }

    def tag(self, kind: ResourceKind, id: str, tags: Mapping[str, str]) -> None:
        pairs = [f"{key}={value}" for key, value in tags.items()]
        self.az("tag", "update", "--resource-id", id, "--operation", "merge", "--tags", *pairs)


@contextmanager
def called(witness: type[Aws | Google | Azure], folder: Path) -> Iterator[Witness]:
    """A witness with an emulator of its own."""
    made = witness(folder)
    try:
        yield made
    finally:
        made.emulator.close()


def _described(rule: Mapping[str, Any]) -> dict[str, str]:
    try:
        held = json.loads(rule.get("description") or "{}")
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def _located(one: Mapping[str, Any]) -> str:
    return f"{one['zone'].rpartition('/')[2]}/{one['name']}"
