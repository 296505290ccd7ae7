"""What a provider is judged against. One module per emulator; the suite knows only this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import Resource

Verb = Literal[
    "create machine",
    "create firewall",
    "create key",
    "read machines",
    "remove machine",
    "remove firewall",
]


@dataclass(frozen=True)
class Refusal:
    """An error answer as the cloud gives it."""

    code: str
    status: int
    message: str = "Injected by a test."


class Emulator(Protocol):
    """A cloud on loopback."""

    name: str
    region: str
    small_type: str
    """A type that exists, for x86_64."""
    verbs: Mapping[Verb, str]
    """The cloud's name for the calls that tests strike or count."""
    refusals: Mapping[type[CloudError], Refusal]
    """How creating a machine is refused, for each class of error."""
    throttled: Refusal
    broken: Refusal
    in_use: Refusal
    """How removing a firewall is refused while something uses it."""
    images: tuple[tuple[str, str], ...]
    """(system, architecture) pairs that must resolve."""

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider: ...

    def refuse(
        self,
        verb: Verb,
        refusal: Refusal,
        *,
        times: int = 1,
        zone: str | None = None,
    ) -> None:
        """Answer the next `times` calls (of that zone) with an error, without any effect."""

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        """Let the next calls have their effect and cut the connection instead of answering."""

    def limit_pages(self, size: int) -> bool:
        """Give lists `size` at a time, until faults are forgotten. False if it cannot."""

    def forget_faults(self) -> None:
        """Strike no more, and give whole lists again."""

    def calls(self) -> list[str]:
        """Every API call since the start, by the cloud's name for it."""

    def changes(self) -> list[str]:
        """Those that change something."""

    def disown(self, resource: Resource) -> None:
        """Take our tags off by other means than the adapter."""

    def hand_back(self, resource: Resource) -> None:
        """Put them back."""

    def close(self) -> None: ...
