"""What the conformance suite judges the shelf against: its list in a folder of the run's own,
its facts, and how somebody else would change it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from examples.provider.shelf import NAME, SYSTEMS, Board, Shelf, ShelfProvider
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import Abilities, ProviderSettings, Resource
from tests.contract.emulators import Bare, Can, Facts


class ShelfEmulator(Bare):
    """There is no wire, so nothing can be refused or lost on it."""

    facts: ClassVar[Facts] = Facts(
        name=NAME,
        region="workshop",
        small_type="small",
        abilities=Abilities(
            key_pairs=False, firewall=False, markets=("on-demand",), arches=("x86_64",)
        ),
        images=tuple((system, "x86_64") for system in SYSTEMS),
        stands=("machine",),
        made_with_machine=("machine",),
    )
    can: ClassVar[frozenset[Can]] = frozenset({"outside"})

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="longshore-shelf-"))
        self._shelf = Shelf(self._folder / "shelf.json")

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        options = {"file": str(self._folder / "shelf.json")}
        settings = ProviderSettings(NAME, echo_url=echo_url, options=options)
        return ShelfProvider(settings, self.facts.region, on_retry)

    def disown(self, resource: Resource) -> None:
        self._tag(resource.id, {})

    def hand_back(self, resource: Resource) -> None:
        self._tag(resource.id, dict(resource.tags))

    def _tag(self, name: str, tags: dict[str, str]) -> None:
        def write(boards: dict[str, Board]) -> None:
            boards[name] = replace(boards[name], tags=tags)

        self._shelf.change(write)

    def close(self) -> None:
        shutil.rmtree(self._folder)
