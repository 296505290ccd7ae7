"""A provider by its name: one there is none of, and one that is broken."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from providers.contract import provider
from providers.contract.errors import InvalidRequestError, NotInstalledError


@pytest.mark.parametrize("where", ["no_such_package:create", "providers.gcp:no_such_thing"])
def test_one_that_cannot_be_loaded_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    found = [EntryPoint("moon", where, provider.ENTRY_POINTS)]
    monkeypatch.setattr(provider, "entry_points", lambda group: found)
    with pytest.raises(NotInstalledError, match=where) as caught:
        provider.provider_factory("moon")
    assert caught.value.provider == "moon"
    assert caught.value.advice


def test_one_that_there_is_not_names_those_there_are() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        provider.provider_factory("moon")
    assert "gcp" in caught.value.advice
