"""What a test needs of a provider and its emulator, told by markers.

`needs("spot", "faults")`: the test is made for those that have all of it. `lacks("spot")`: for
those that do not. `only("aws")`: for the emulators of one provider. `machines(2)`: how many
machines it makes at most, for the budget of a run against a real cloud; a test without it
makes none.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.emulators import Emulator, Facts

ABILITIES: dict[str, Callable[[Facts], bool]] = {
    "makes machines": lambda facts: facts.abilities.makes_machines,
    "keys": lambda facts: facts.abilities.key_pairs,
    "firewall": lambda facts: facts.abilities.firewall,
    "spot": lambda facts: "spot" in facts.abilities.markets,
    "arm64": lambda facts: any(arch == "arm64" for _, arch in facts.images),
    "zones": lambda facts: facts.zones > 1,
    "subnets": lambda facts: bool(facts.no_such_subnet),
}
"""What a provider has; the other words are those of `Can`, what an emulator is able to do."""

needs = pytest.mark.needs
lacks = pytest.mark.lacks
only = pytest.mark.only
machines = pytest.mark.machines


def has(emulator: type[Emulator], word: str) -> bool:
    """Whether provider and emulator have what the word says."""
    ability = ABILITIES.get(word)
    return word in emulator.can if ability is None else ability(emulator.facts)


def fits(
    emulator: type[Emulator],
    *,
    wanted: tuple[str, ...],
    unwanted: tuple[str, ...],
    only: tuple[str, ...],
    makes_machines: bool,
) -> bool:
    """Whether a test with these markers is for that emulator. Where machines are real, and
    take seconds, only tests that make some are: the others see nothing there that they do not
    see without."""
    return (
        (makes_machines or not getattr(emulator, "machines_are_real", False))
        and all(has(emulator, word) for word in wanted)
        and not any(has(emulator, word) for word in unwanted)
        and (not only or emulator.facts.name in only)
    )
