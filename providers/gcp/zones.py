"""The region's zones that are up."""

from __future__ import annotations

from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import invalid
from providers.gcp.names import in_region
from providers.gcp.pages import PAGE, whole

UP = "UP"


def zones_up(calls: Calls) -> tuple[str, ...]:
    """Names of the zones, in the order to try: by name. One read.

    Raises InvalidRequestError when there is no such region.
    """
    from google.cloud.compute_v1.types import compute

    def send() -> list[tuple[str, str]]:
        asked = compute.ListZonesRequest(
            project=calls.project, filter=f"name eq {calls.region}-.*", max_results=PAGE
        )
        listed = calls.clients.zones.list(asked, retry=None, timeout=CALL_SECONDS)
        return [(zone.name, zone.status) for zone in whole(listed.pages, "zones.list")]

    found = sorted(
        (name, status)
        for name, status in calls.read("zones.list", send)
        if in_region(name, calls.region)
    )
    if not found:
        raise invalid(
            f"there is no region {calls.region!r}", "zones.list", "check `region` in the target"
        )
    return tuple(name for name, status in found if status == UP)
