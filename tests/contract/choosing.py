"""Which emulators a run is for: all of ours, a third party's, or a real cloud.

The options are declared in tests/conftest.py, since pytest reads them before it looks here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.contract.emulators import Emulator
from tests.contract.emulators.live import LIVE
from tests.contract.emulators.table import EMULATORS, load

EMULATOR_OF = "emulator"
"""The attribute by which a provider names its emulator, as `module:Class`."""


def chosen(config: pytest.Config) -> Mapping[str, str]:
    """Test id to `module:Class`. Raises pytest.UsageError in one line for what is no emulator."""
    provider, live = config.getoption("--provider"), config.getoption("--live")
    if provider and live:
        raise pytest.UsageError("--provider and --live are for different runs: give one of them")
    if live:
        if live not in LIVE:
            raise pytest.UsageError(f"--live is one of {', '.join(LIVE)}, not {live!r}")
        return {f"{live} itself": LIVE[live]}
    if provider:
        return {provider: _of_third_party(provider, config.getoption("--emulator"))}
    return EMULATORS


def _of_third_party(provider: str, named: str | None) -> str:
    """The emulator of the provider that `module:Name` is: given beside it, named by it, or it."""
    where = named or provider
    try:
        found = load(where)
        beside = getattr(found, EMULATOR_OF, None)
        if isinstance(beside, str):
            where = beside
            found = load(where)
    except (ImportError, AttributeError, ValueError) as error:
        raise pytest.UsageError(f"cannot load {where}: {error}") from error
    if not hasattr(found, "facts") or not hasattr(found, "can"):
        raise pytest.UsageError(
            f"{where} is no emulator (it has no `facts` and `can`): name one with --emulator, or "
            f"by an attribute `{EMULATOR_OF} = 'module:Class'` of the provider"
        )
    return where


_loaded: dict[str, type[Emulator]] = {}


def emulator_class(where: str) -> type[Emulator]:
    """The class, imported once."""
    if where not in _loaded:
        _loaded[where] = load(where)
    return _loaded[where]
