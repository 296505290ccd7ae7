"""The model of a playbook: steps as data."""

from __future__ import annotations

from dataclasses import dataclass

FACTS = ("family", "os", "version", "arch")
"""What `when` may ask. `family` is known when rendering; the others are read on the
machine: ID and VERSION_ID of /etc/os-release, and `uname -m`."""


@dataclass(frozen=True)
class Step:
    """`check` exits 0 when there is nothing to do; `run` does it, at most `timeout` seconds
    a try, and `retries` more tries. All conditions of `when` must hold."""

    name: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    check: str
    run: str
    timeout: int
    retries: int
    reconnect: bool = False

    def is_for(self, family: str) -> bool:
        return all(family in allowed for fact, allowed in self.when if fact == "family")


@dataclass(frozen=True)
class Playbook:
    name: str
    description: str
    steps: tuple[Step, ...]

    def for_family(self, family: str) -> tuple[Step, ...]:
        """The steps that a machine of `family` may need, in order."""
        return tuple(step for step in self.steps if step.is_for(family))
