"""Without the extra `aws` the first call says what to install."""

from __future__ import annotations

import sys

import pytest

from providers.aws import create
from providers.contract.errors import NotInstalledError
from providers.contract.types import Owner, ProviderSettings


@pytest.mark.parametrize(
    "missing", ["botocore.exceptions", "botocore.session", "providers.aws.model"]
)
def test_the_first_call_names_the_extra(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(NotInstalledError) as caught:
        create(ProviderSettings("aws"), "us-east-1").listing(Owner("shop", "production"))
    assert "pip install 'longshore[aws]'" in caught.value.advice
    assert missing in str(caught.value)


def test_the_echo_service_needs_a_part_of_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "urllib3", None)
    with pytest.raises(NotInstalledError):
        create(ProviderSettings("aws"), "us-east-1").deployer_address()
