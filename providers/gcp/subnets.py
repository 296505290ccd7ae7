"""Where machines go: the subnet of the default network, or the one that the target names."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from providers.contract.errors import InvalidRequestError
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import invalid
from providers.gcp.names import last
from providers.gcp.zones import zones_up

GET = "subnetworks.get"
DEFAULT = "default"
_LINK = re.compile(
    r"(?:https?://.*/)?projects/(?P<project>[^/]+)/regions/(?P<region>[^/]+)"
    r"/subnetworks/(?P<name>[^/]+)"
)


@dataclass(frozen=True)
class Subnet:
    """A subnet of the region, and the network whose firewall counts there."""

    id: str
    network: str
    """The network's name."""
    zones: tuple[str, ...]

    @property
    def by_zone(self) -> dict[str, str]:
        """A subnet spans the region: the same one in every zone."""
        return dict.fromkeys(self.zones, self.id)


def find_subnet(calls: Calls, wanted: str | None) -> Subnet:
    """Two reads, side by side. `wanted` is the name of a subnet (unique in a region), or its
    URL, whole or from `projects/` on; None is the default network's.

    Raises InvalidRequestError when there is none, and for one of another region or project.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        zones = pool.submit(zones_up, calls)
        try:
            id, network = calls.read(GET, lambda: _get(calls, wanted))
        except InvalidRequestError as error:
            error.advice = error.advice or (
                "check `subnet` in the target"
                if wanted is not None
                else "make a default network (`gcloud compute networks create default "
                "--subnet-mode=auto`) or name a `subnet` in the target"
            )
            raise
        return Subnet(id, network, zones.result())


def subnet_name(wanted: str | None, project: str, region: str) -> str:
    """The name that is meant. Errors as `find_subnet`."""
    if wanted is None:
        return DEFAULT
    match = _LINK.fullmatch(wanted)
    if match is None:
        if "/" in wanted:
            raise invalid(
                f"{wanted!r} is no subnet",
                GET,
                "`subnet` is a name, or projects/PROJECT/regions/REGION/subnetworks/NAME",
            )
        return wanted
    if match["project"] != project:
        raise invalid(
            f"subnet {match['name']} is of the project {match['project']}, not {project}",
            GET,
            "firewall rules would have to be made in that project: name a subnet of this one",
        )
    if match["region"] != region:
        raise invalid(
            f"subnet {match['name']} is in {match['region']}, not in {region}",
            GET,
            "check `subnet` and `region` in the target",
        )
    return match["name"]


def _get(calls: Calls, wanted: str | None) -> tuple[str, str]:
    name = subnet_name(wanted, calls.project, calls.region)
    found = calls.clients.subnetworks.get(
        project=calls.project,
        region=calls.region,
        subnetwork=name,
        retry=None,
        timeout=CALL_SECONDS,
    )
    id = f"projects/{calls.project}/regions/{calls.region}/subnetworks/{found.name}"
    return id, last(found.network)
