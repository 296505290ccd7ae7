"""Notice machines that end by themselves: `reboot` and `poweroff` from inside."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from providers.sandbox.labels import INSTANCE, SANDBOX
from providers.sandbox.progress import Progress

if TYPE_CHECKING:
    import docker

    from providers.sandbox.fleet import Fleet

# The kernel ends the first process of a PID namespace with SIGHUP for reboot(2) with "restart",
# and with SIGINT for "halt" and "power off" (reboot(2), section "Behavior inside PID namespaces").
REBOOTED = 128 + 1


def watch_machines(client: docker.APIClient, fleet: Fleet, sandbox: str, log: Progress) -> None:
    """Follow Docker's events in a background thread for as long as the process lives."""
    thread = threading.Thread(
        target=_follow, args=(client, fleet, sandbox, log), name="watch", daemon=True
    )
    thread.start()


def _follow(client: docker.APIClient, fleet: Fleet, sandbox: str, log: Progress) -> None:
    import docker.errors
    import requests

    filters = {"event": "die", "label": f"{SANDBOX}={sandbox}"}
    try:
        for event in client.events(decode=True, filters=filters):
            attributes = event["Actor"]["Attributes"]
            rebooted = int(attributes.get("exitCode", 0)) == REBOOTED
            fleet.ended(attributes.get(INSTANCE, ""), rebooted=rebooted)
    except (docker.errors.DockerException, requests.RequestException) as error:
        log(f"No longer following Docker's events: {error}")
