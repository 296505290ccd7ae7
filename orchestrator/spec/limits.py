"""What a container may use: `deploy.resources` and the short forms beside it.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md#resources
"""

from __future__ import annotations

from typing import TypeVar

from orchestrator.spec import refusals
from orchestrator.spec.model import Resources
from orchestrator.spec.shape import Key, Keys, Word
from orchestrator.spec.tree import Findings, MapNode, Scalar
from orchestrator.spec.units import CONTAINER_MEMORY, CPUS
from orchestrator.spec.words import whole

T = TypeVar("T")

_PIDS = whole("a number of processes", -1, 4_194_304, loose=True)
"""The upper bound is the kernel's own (PID_MAX_LIMIT); -1 and 0 mean no limit."""

SHORT_FORMS = {
    "cpus": Key(CPUS, "Most CPUs the container may use, such as 0.5."),
    "mem_limit": Key(CONTAINER_MEMORY, "Most memory, such as 512m."),
    "mem_reservation": Key(CONTAINER_MEMORY, "Memory the kernel tries to leave it."),
    "pids_limit": Key(_PIDS, "Most processes; -1 for no limit."),
}
DEPLOY = Keys(
    {
        "resources": Key(
            Keys(
                {
                    "limits": Key(
                        Keys(
                            {
                                "cpus": SHORT_FORMS["cpus"],
                                "memory": SHORT_FORMS["mem_limit"],
                                "pids": SHORT_FORMS["pids_limit"],
                            },
                            "a mapping of limits",
                            refusals.LIMITS,
                        ),
                        "The most a container may use.",
                    ),
                    "reservations": Key(
                        Keys(
                            {"memory": SHORT_FORMS["mem_reservation"]},
                            "a mapping of reservations",
                            refusals.RESERVATIONS,
                        ),
                        "What it is sure to get.",
                    ),
                },
                "a mapping with 'limits' and 'reservations'",
            ),
            "Limits of CPU, memory and processes.",
        )
    },
    "a mapping with 'resources'",
    refusals.DEPLOY,
)


def build_resources(service: MapNode, findings: Findings) -> Resources:
    """Both forms joined; the nodes have passed DEPLOY and SHORT_FORMS."""
    deploy = service.map("deploy")
    resources = deploy.map("resources") if deploy else None
    limits = resources.map("limits") if resources else None
    reservations = resources.map("reservations") if resources else None

    def joined(short: str, long: MapNode | None, key: str, word: Word[T]) -> T | None:
        one, other = service.scalar(short), long.scalar(key) if long else None
        values = [word.read(node) for node in (other, one) if isinstance(node, Scalar)]
        if one is not None and len(values) == 2 and values[0] != values[1]:
            findings.add(
                service.at(short),
                f"says something else than deploy.resources ({key})",
                "keep one of the two",
            )
        return values[0] if values else None

    memory = joined("mem_limit", limits, "memory", CONTAINER_MEMORY)
    reservation = joined("mem_reservation", reservations, "memory", CONTAINER_MEMORY)
    pids = joined("pids_limit", limits, "pids", _PIDS)
    if memory is not None and reservation is not None and reservation > memory:
        node = reservations if reservations and reservations.get("memory") else service
        key = "memory" if node is reservations else "mem_reservation"
        findings.add(node.at(key), "reserves more memory than the limit allows", "lower it")
    return Resources(
        cpus=joined("cpus", limits, "cpus", CPUS),
        memory=memory,
        memory_reservation=reservation,
        pids=pids if pids is not None and pids > 0 else None,
    )
