"""One container looked at closely: what health and failure reports need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orchestrator.engine.client import DockerApi

NANOSECONDS = 1_000_000_000
DEFAULT_INTERVAL = 30.0
DEFAULT_TIMEOUT = 30.0
DEFAULT_RETRIES = 3
"""What the Engine takes for a health check's settings that nobody made
(https://docs.docker.com/reference/dockerfile/#healthcheck)."""
NO_CHECK = "NONE"


@dataclass(frozen=True)
class Check:
    """A health check as the Engine runs it, wherever it was written. In seconds."""

    start_period: float
    interval: float
    timeout: float
    retries: int


@dataclass(frozen=True)
class Inspection:
    """State of a container at one moment. `health` is empty where there is no health check,
    `health_output` what the last check wrote; `error` is the Engine's reason why it did not
    start; `address` is its address on the bridge, reachable from the machine;
    `memory_limit` in bytes, 0 for none."""

    id: str
    status: str
    exit_code: int
    oom_killed: bool
    error: str
    restarts: int
    health: str
    health_output: str
    address: str
    memory_limit: int
    restart: str = ""
    """The restart policy's name."""
    check: Check | None = None
    """The health check: the service's own, else the image's."""

    @property
    def running(self) -> bool:
        return self.status == "running"

    @property
    def active(self) -> bool:
        """Whether the Engine keeps it going, however badly: it would have to be stopped."""
        return self.status in ("running", "restarting", "paused")


def inspect(engine: DockerApi, container: str) -> Inspection:
    """Look at a container by id or name. Raises NotThereError."""
    with engine.calling(f"inspect container {container}"):
        raw: Any = engine.api.inspect_container(container)
    state = raw["State"]
    health = state.get("Health") or {}
    checks = health.get("Log") or ()
    networks = (raw["NetworkSettings"].get("Networks") or {}).values()
    return Inspection(
        id=raw["Id"],
        status=state["Status"],
        exit_code=state["ExitCode"],
        oom_killed=bool(state["OOMKilled"]),
        error=state["Error"],
        restarts=raw["RestartCount"],
        # "none" is what the Engine says while a check is configured as NONE.
        health="" if health.get("Status") == "none" else health.get("Status", ""),
        health_output=str(checks[-1]["Output"]).strip() if checks else "",
        memory_limit=int(raw["HostConfig"]["Memory"]),
        address=next((n["IPAddress"] for n in networks if n["IPAddress"]), ""),
        restart=str((raw["HostConfig"].get("RestartPolicy") or {}).get("Name", "")),
        check=check_of(raw["Config"].get("Healthcheck")),
    )


def check_of(raw: Any) -> Check | None:
    """A container's health check, which the Engine has merged from the image and the
    service; None where there is none or it was turned off."""
    if not raw or not raw.get("Test") or raw["Test"][0] == NO_CHECK:
        return None
    return Check(
        start_period=raw.get("StartPeriod", 0) / NANOSECONDS,
        interval=raw.get("Interval", 0) / NANOSECONDS or DEFAULT_INTERVAL,
        timeout=raw.get("Timeout", 0) / NANOSECONDS or DEFAULT_TIMEOUT,
        retries=raw.get("Retries", 0) or DEFAULT_RETRIES,
    )
