"""Clearing away what a sandbox has in Docker."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from providers.sandbox.home import Home
from providers.sandbox.labels import SANDBOX
from providers.sandbox.machine import machines_of, remove_machine
from providers.sandbox.progress import Progress
from providers.sandbox.words import SWEPT

if TYPE_CHECKING:
    import docker


def sweep_machines(client: docker.APIClient, home: Home, on_progress: Progress) -> int:
    """Remove every machine and volume of the sandbox; returns how many machines there were.

    The emulated API keeps its memory in its process, so machines of an earlier process belong
    to no instance any more. Calling twice is safe.
    """
    sandbox = home.sandbox_id()
    machines = machines_of(client, sandbox)
    for machine in machines:
        on_progress(f"Removing machine {machine.instance}, {SWEPT}")
        remove_machine(client, machine, home)
    volumes = client.volumes(filters={"label": f"{SANDBOX}={sandbox}"})["Volumes"] or []
    for volume in volumes:
        client.remove_volume(volume["Name"], force=True)
    for folder in (*home.seeds.iterdir(), *home.guests.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)
    return len(machines)


def sweep_networks(client: docker.APIClient, home: Home) -> None:
    """Remove the sandbox's network; it must have no machines. Calling twice is safe."""
    for network in client.networks(filters={"label": f"{SANDBOX}={home.sandbox_id()}"}):
        client.remove_network(network["Id"])
