"""Words that every adapter's diagnosis has in common."""

from __future__ import annotations

from providers.contract.errors import AuthError, CloudError, InvalidRequestError
from providers.contract.types import Finding, Requirement, Verdict


def say_requirement(wanted: Requirement) -> str:
    """`2 vCPU, 4 GiB, x86_64, on-demand`: what is needed, but for a type by name."""
    memory = f"{(wanted.memory or 0) / 1024**3:g} GiB" if wanted.memory else ""
    cpu = f"{wanted.cpu} vCPU" if wanted.cpu else ""
    return ", ".join(part for part in (cpu, memory, wanted.arch, wanted.market) if part)


def refused(check: str, subject: str, error: CloudError) -> Finding:
    """The finding of a check whose question was refused: failed where that stops a run too,
    else unknown."""
    verdict: Verdict = (
        "failed" if isinstance(error, (InvalidRequestError, AuthError)) else "unknown"
    )
    return Finding(check, subject, verdict, error.message, error.advice)
