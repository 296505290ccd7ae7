"""The credential is asked once for all who need a token at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.credentials import AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from providers.azure import shared_credential
from providers.azure.clients import Clients
from providers.azure.shared_credential import SharedCredential
from providers.contract.types import ProviderSettings
from tests.unit.azure.canned import SUBSCRIPTION

SCOPE = "https://management.azure.com/.default"
DEADLINE = 10.0


class Counting:
    """A credential that answers when it is let go, and counts the questions."""

    def __init__(self, *, open: bool = True, failures: int = 0) -> None:
        self.asked: list[tuple[tuple[str, ...], TokenRequestOptions | None]] = []
        self.entered = threading.Event()
        self.gate = threading.Event()
        self._failures = failures
        if open:
            self.gate.set()

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        self.asked.append((scopes, options))
        self.entered.set()
        assert self.gate.wait(DEADLINE)
        if len(self.asked) <= self._failures:
            raise ClientAuthenticationError("not signed in")
        return AccessTokenInfo(f"token {len(self.asked)}", 2_000_000_000)

    def close(self) -> None: ...

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_threads_that_need_a_token_at_the_same_time_ask_once() -> None:
    counting = Counting(open=False)
    shared = SharedCredential(counting)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(shared.get_token_info, SCOPE) for _ in range(8)]
        assert counting.entered.wait(DEADLINE)
        counting.gate.set()
        assert {one.result(DEADLINE).token for one in waiting} == {"token 1"}
    assert len(counting.asked) == 1


def test_what_was_begun_answers_who_needs_it() -> None:
    counting = Counting()
    shared = SharedCredential(counting)
    shared.begin(SCOPE)
    assert shared.get_token_info(SCOPE, options={}).token == "token 1"
    assert shared.get_token(SCOPE, claims=None, tenant_id=None).token == "token 1"
    assert counting.asked == [((SCOPE,), {})]


def test_a_question_with_claims_is_another_question() -> None:
    counting = Counting()
    shared = SharedCredential(counting)
    assert shared.get_token_info(SCOPE).token == "token 1"
    assert shared.get_token_info(SCOPE, options={"claims": "more"}).token == "token 2"
    assert counting.asked[1] == ((SCOPE,), {"claims": "more"})


def test_an_error_is_not_kept() -> None:
    shared = SharedCredential(Counting(failures=1))
    with pytest.raises(ClientAuthenticationError, match="not signed in"):
        shared.get_token_info(SCOPE)
    assert shared.get_token_info(SCOPE).token == "token 2"


def test_an_old_token_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_credential, "FRESH_SECONDS", 0.0)
    shared = SharedCredential(Counting())
    assert [shared.get_token_info(SCOPE).token for _ in range(2)] == ["token 1", "token 2"]


def test_the_pipeline_takes_the_token_that_was_begun() -> None:
    """The SDK asks with the very scope and options that `begin` asked with."""
    counting = Counting()
    clients = Clients(
        ProviderSettings("azure", endpoint="http://127.0.0.1:9", subscription=SUBSCRIPTION)
    )
    clients.__dict__["_credential"] = SharedCredential(counting)
    clients.begin_sign_in()
    with pytest.raises(ServiceRequestError):
        clients.compute.virtual_machines.get("g", "x")
    assert counting.asked == [((SCOPE,), {})]
