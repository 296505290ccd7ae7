"""One hash over everything that makes a container what it is."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.engine.stream import Json
    from orchestrator.spec.model import Healthcheck, Resources, Service

SCHEME = 1
"""Counted up when the meaning of an unchanged configuration changes, which replaces every
container once."""


def config_hash(service: Service, image: str) -> str:
    """SHA-256 (hex) over the configuration of a service's container and its `image`: an id, or
    what is known before there is one (a reference, a digest over what a build sees).

    The same in every run and on every machine: the order in which variables, labels, ports
    and mounts are written does not count. What is not set is left out, so that a setting
    that a later version learns keeps the hashes of services that do not use it. Values of
    variables, secret or not, are part of it; the service's `image` and `build`, and
    `depends_on`, which only orders the work, are not.
    """
    text = json.dumps(_canonical(service, image), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(service: Service, image: str) -> dict[str, Json]:
    # For commands an empty list differs from none: it clears what the image has.
    whole: dict[str, Json] = {
        "scheme": SCHEME,
        "name": service.name,
        "image": image,
        "restart": [service.restart.policy, service.restart.attempts],
    }
    if service.command is not None:
        whole["command"] = list(service.command)
    if service.entrypoint is not None:
        whole["entrypoint"] = list(service.entrypoint)
    optional: dict[str, Json] = {
        "environment": {variable.name: variable.value for variable in service.environment},
        "labels": dict(service.labels),
        "ports": sorted(
            f"{port.host_ip or ''}:{port.published or ''}:{port.container}/{port.protocol}"
            for port in service.ports
        ),
        "mounts": {
            mount.target: [mount.kind, mount.source, mount.read_only] for mount in service.mounts
        },
        "healthcheck": _healthcheck(service.healthcheck),
        "resources": _resources(service.resources),
        "user": service.user,
        "working_dir": service.working_dir,
    }
    whole.update({key: value for key, value in optional.items() if value})
    return whole


def _healthcheck(check: Healthcheck | None) -> dict[str, Json] | None:
    if check is None:
        return None
    if check.disabled:
        return {"disabled": True}
    return {
        "test": list(check.test),
        "interval": _number(check.interval),
        "timeout": _number(check.timeout),
        "start_period": _number(check.start_period),
        "retries": check.retries,
    }


def _resources(resources: Resources) -> dict[str, Json]:
    limits: dict[str, Json] = {
        "cpus": None if resources.cpus is None else _number(resources.cpus),
        "memory": resources.memory,
        "memory_reservation": resources.memory_reservation,
        "pids": resources.pids,
    }
    return {key: value for key, value in limits.items() if value is not None}


def _number(value: float | Decimal) -> str:
    """One text for one number: 1, 1.0 and Decimal("1.00") are the same limit."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
