"""How an instance may be treated: for always, or while the cloud has room (Spot)."""

from __future__ import annotations

from collections.abc import Mapping

from providers.sandbox.gce.call import Document, text
from providers.sandbox.gce.errors import invalid
from providers.sandbox.rest.message import Json

FIELD = "resource.scheduling"


def read_scheduling(given: Mapping[str, Json]) -> Document:
    """The scheduling of an instance with what a request may leave out. Raises RestRefusal for
    what does not go together (Compute Engine, "Create and use Spot VMs")."""
    preemptible = bool(given.get("preemptible"))
    model = text(given, "provisioningModel", "STANDARD")
    spot = model == "SPOT" or preemptible
    if model == "STANDARD" and preemptible and given.get("provisioningModel"):
        raise invalid(
            f"{FIELD}.preemptible", "true", "Preemptible does not go with STANDARD provisioning."
        )
    action = text(given, "instanceTerminationAction")
    if action and model != "SPOT" and not given.get("maxRunDuration"):
        raise invalid(
            f"{FIELD}.instanceTerminationAction",
            action,
            "You cannot specify a termination action for a VM instance that has the standard "
            "provisioning model.",
        )
    if spot and given.get("automaticRestart"):
        raise invalid(
            FIELD, "", "Scheduling must have preemptible be false when AutomaticRestart is true."
        )
    if spot and given.get("onHostMaintenance") == "MIGRATE":
        raise invalid(f"{FIELD}.onHostMaintenance", "MIGRATE", "Spot instances cannot be migrated.")
    made: Document = {
        "onHostMaintenance": "TERMINATE" if spot else "MIGRATE",
        "automaticRestart": not spot,
        **given,
        "preemptible": spot,
        "provisioningModel": model,
    }
    if model == "SPOT":
        made["instanceTerminationAction"] = action or "STOP"
    return made
