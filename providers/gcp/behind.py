"""Which machines are behind a target's firewall rules, in whatever region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from providers.contract.types import Owner
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.instances import to_machine
from providers.gcp.labels import owned_by
from providers.gcp.pages import PAGE, everywhere

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

LIST = "instances.aggregatedList"


def machines_behind(calls: Calls, owner: Owner, tag: str) -> list[str]:
    """The ids of the owner's machines that carry the network tag and are not on their way out.

    Firewall rules are in no region, so all are asked. A zone that does not answer is an error
    (TransientError): a machine may be there. One read, not repeated: whoever waits for the
    machines to go asks again.
    """
    from google.cloud.compute_v1.types import compute

    def send() -> list[compute.Instance]:
        asked = compute.AggregatedListInstancesRequest(
            project=calls.project, filter=owned_by(owner), max_results=PAGE
        )
        listed = calls.clients.instances.aggregated_list(asked, retry=None, timeout=CALL_SECONDS)
        parts: Iterator[compute.InstancesScopedList] = everywhere(listed.pages, LIST)
        return [item for part in parts for item in part.instances if tag in item.tags.items]

    machines = [to_machine(found, calls.region) for found in calls.once(LIST, "read", send)]
    return sorted(machine.id for machine in machines if machine.state != "terminated")
