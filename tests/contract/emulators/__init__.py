"""What a provider is judged against. One module per emulator; the suite knows only this.

`Facts` are the words and numbers in which one cloud differs from another, `can` what an
emulator is able to do to the provider; tests say what they need (`tests.contract.needs`).
docs/writing-a-provider.md explains both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import Abilities, Arch, Resource, ResourceKind

Verb = Literal[
    "create machine",
    "create firewall",
    "create key",
    "read machines",
    "read sizes",
    "remove machine",
    "remove firewall",
]

Can = Literal["faults", "operations", "pages", "calls", "outside"]
"""faults: refuse calls and lose answers. operations: let accepted calls end in an error.
pages: give lists in short pages. calls: tell which calls were made. outside: act beside the
adapter, as somebody else would."""

EVERYTHING: frozenset[Can] = frozenset({"faults", "operations", "pages", "calls", "outside"})


@dataclass(frozen=True)
class Refusal:
    """An error as the cloud gives it. With `late` the call is accepted, and the operation
    that it began ends in this error."""

    code: str
    status: int
    message: str = "Injected by a test."
    late: bool = False


@dataclass(frozen=True)
class Facts:
    """One provider's own words and numbers. What it does not have is left empty."""

    name: str
    region: str
    small_type: str
    """A type that exists, for x86_64."""
    abilities: Abilities
    images: tuple[tuple[str, Arch], ...]
    """(system, architecture) pairs that must resolve."""
    stands: tuple[ResourceKind, ...]
    """What is listed once one machine and its network stand, sorted, each as often as it is."""
    made_with_machine: tuple[ResourceKind, ...]
    """Those of them that creating the machine makes, the machine first."""
    network_of: tuple[ResourceKind, ...] = ()
    """Those that `ensure_network` makes, in a form that `Stage.one` finds."""
    create_calls: tuple[str, ...] = ()
    """The changing calls of one `ensure_machine` that made a machine, sorted."""
    move_calls: tuple[str, ...] = ()
    """The changing calls that let SSH in from elsewhere than before, in order."""
    survey_calls: int = 0
    """How many reads one listing takes where every list has one page."""
    zones: int = 2
    """How many zones a machine can be put into, at least."""
    verbs: Mapping[Verb, str] = field(default_factory=dict)
    """The cloud's name for the calls that tests strike or count."""
    refusals: Mapping[type[CloudError], tuple[Refusal, ...]] = field(default_factory=dict)
    """How creating a machine is refused, for each class of error."""
    throttled: Refusal = field(default_factory=lambda: Refusal("Throttled", 429))
    broken: Refusal = field(default_factory=lambda: Refusal("Broken", 500))
    in_use: Refusal = field(default_factory=lambda: Refusal("InUse", 400))
    """How removing a firewall is refused while something uses it."""
    no_such_subnet: str = ""
    """The well-formed name of a subnet that does not exist; empty where subnets are none of
    the provider's business."""


class Emulator(Protocol):
    """A cloud on loopback, made by calling its class without arguments."""

    facts: ClassVar[Facts]
    can: ClassVar[frozenset[Can]]

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

    def limit_pages(self, size: int) -> None:
        """Give lists `size` at a time, until faults are forgotten."""

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

    def close(self) -> None:
        """Take it down."""


class Bare:
    """An emulator that can do nothing but be asked, for others to derive from."""

    can: ClassVar[frozenset[Can]] = frozenset()
    machines_are_real: ClassVar[bool] = False
    """Whether each takes seconds: then only tests that make machines run here."""

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        raise NotImplementedError

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        raise NotImplementedError

    def limit_pages(self, size: int) -> None:
        raise NotImplementedError

    def forget_faults(self) -> None:
        """There are none."""

    def calls(self) -> list[str]:
        return []

    def changes(self) -> list[str]:
        return []

    def disown(self, resource: Resource) -> None:
        raise NotImplementedError

    def hand_back(self, resource: Resource) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing was opened."""
