"""Who the credentials say we are, and how far this machine's clock is off.

A clock that is minutes wrong makes every signature invalid (AWS allows five minutes), so the
time is read from the answer's header even when the answer is a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.aws.calls import Calls
from providers.contract.errors import AuthError, CloudError, TransientError
from providers.contract.types import Finding, Verdict

TOLERATED = 60.0
"""Seconds; the header counts whole ones, and an answer takes some time."""
ALLOWED = 300.0
"""Seconds by which AWS lets a signature's time be off."""
SET_CLOCK = "set this machine's clock: `timedatectl set-ntp true`, or your system's way"
STS = "response-received.sts.GetCallerIdentity"


@dataclass
class _Heard:
    """The server's time in the last answer, and ours when it came."""

    pairs: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __call__(self, response_dict: Mapping[str, object] | None, **_: object) -> None:
        headers = (response_dict or {}).get("headers")
        date = headers.get("date") if isinstance(headers, Mapping) else None
        if isinstance(date, str):
            try:
                told = parsedate_to_datetime(date)
            except ValueError:
                return
            self.pairs.append((told.astimezone(UTC), datetime.now(UTC)))


def sign_in(calls: Calls) -> tuple[Finding, Finding, bool]:
    """Findings on credentials and clock, and whether there is any use in asking more.

    One call. Raises no CloudError.
    """
    heard = _Heard()

    def send() -> Mapping[str, object]:
        sts = calls.clients.sts
        sts.meta.events.register(STS, heard, unique_id="longshore-clock")
        try:
            return sts.get_caller_identity()
        finally:
            sts.meta.events.unregister(STS, unique_id="longshore-clock")

    try:
        answer = calls.read("GetCallerIdentity", send)
    except AuthError as error:
        return _refused(error), _clock(heard), False
    except TransientError as error:
        unreached = f"the cloud cannot be reached: {error.message}"
        why = error.advice or "check the network"
        return Finding("credentials", "sts", "unknown", unreached, why), _clock(heard), False
    except CloudError as error:
        return _refused(error), _clock(heard), False
    who = f"{answer.get('Arn', '')} (account {answer.get('Account', '')})"
    return Finding("credentials", "sts", "ok", who), _clock(heard), True


def _refused(error: CloudError) -> Finding:
    said = f"{error.code}: {error.message}" if error.code else error.message
    return Finding("credentials", "sts", "failed", said, error.advice)


def _clock(heard: _Heard) -> Finding:
    if not heard.pairs:
        return Finding("clock", "this machine", "unknown", "AWS did not tell the time")
    told, here = heard.pairs[-1]
    seconds = (here - told).total_seconds()
    off = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} AWS"
    if abs(seconds) <= TOLERATED:
        return Finding("clock", "this machine", "ok", f"within {TOLERATED:.0f} s of AWS")
    verdict: Verdict = "warning" if abs(seconds) < ALLOWED else "failed"
    return Finding("clock", "this machine", verdict, off, SET_CLOCK)
