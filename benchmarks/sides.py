"""What the two sides have in common: the same verbs, and what one run tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from benchmarks.commands import Timing


@dataclass(frozen=True)
class Run:
    """One run: how long it took, the moment its machines were known to run (seconds since
    1970, None when it made none), and the URLs it claims to answer."""

    timing: Timing
    machines_ran: float | None
    urls: tuple[str, ...]


class Side(Protocol):
    """One way of doing the work, on machines of its own."""

    @property
    def name(self) -> str: ...

    def write_page(self, page: str) -> None:
        """Change one line of the application."""

    def up(self) -> Run:
        """From nothing to every URL answering."""

    def check(self) -> Run:
        """Find that nothing has to be changed. Raises BenchmarkFailed when something had."""

    def check_cloud(self) -> Run:
        """The same with a look at the cloud."""

    def deploy(self) -> Run:
        """Bring a changed application to the machines."""

    def down(self) -> None:
        """Everything away."""
