"""Without the extra `gcp` the first call says what to install."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from providers.contract.errors import NotInstalledError
from providers.contract.types import Owner, ProviderSettings
from providers.gcp import create, sdk


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    sdk.load()
    monkeypatch.setattr(sdk, "_loaded", type(sdk._loaded)())


@pytest.mark.usefixtures("unloaded")
@pytest.mark.parametrize("missing", ["google.api_core.exceptions", f"{sdk.PACKAGE}.types.compute"])
def test_the_first_call_names_the_extra(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(NotInstalledError) as caught:
        create(ProviderSettings("gcp"), "us-central1").listing(Owner("shop", "production"))
    assert "pip install 'longshore[gcp]'" in caught.value.advice
    assert missing in str(caught.value)


@pytest.mark.usefixtures("unloaded")
def test_preparing_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "find_spec", lambda _: None)
    with pytest.raises(NotInstalledError):
        create(ProviderSettings("gcp"), "us-central1").prepare()
    assert importlib.util.find_spec(sdk.PACKAGE) is not None
