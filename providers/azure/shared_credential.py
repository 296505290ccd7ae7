"""One sign-in for all who need it at the same time, begun before it is needed.

The SDK's pipeline asks the credential for a token whenever it holds none, from every thread
that sends its first request: eight lists side by side would start the `az` command line eight
times, a second of work each. And a token can be on its way while the SDK is still imported.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import (
        AccessToken,
        AccessTokenInfo,
        SupportsTokenInfo,
        TokenRequestOptions,
    )

FRESH_SECONDS = 5.0
"""A token that came so long ago answers the same question again. Longer than the threads of one
command need to ask it, and much shorter than a token lives."""

Question = tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class _Answer:
    """A token, and when (time.monotonic()) it came."""

    token: AccessTokenInfo
    came: float


class SharedCredential:
    """A credential of the SDK's, asked the same question once at a time. Usable from several
    threads.

    Whoever asks while the answer is awaited gets that answer, or that error; an error is not
    kept for those who ask later. How long a wait lasts is up to the credential's own limits.
    """

    def __init__(self, credential: SupportsTokenInfo) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._asked: dict[Question, Future[_Answer]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sign in")

    def begin(self, scope: str) -> None:
        """Ask for a token that will be needed soon, and do not wait for it. What comes of it,
        whoever needs it is told."""
        self._ask((scope,), {})

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """The token alone, as older parts of the SDK ask for it. Raises what the credential
        raises."""
        from azure.core.credentials import AccessToken

        given = {name: value for name, value in options.items() if value}
        found = self._ask(scopes, given).result().token
        return AccessToken(found.token, found.expires_on)

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """The token and when to renew it. Raises what the credential raises."""
        return self._ask(scopes, dict(options or {})).result().token

    def _ask(self, scopes: tuple[str, ...], options: Mapping[str, Any]) -> Future[_Answer]:
        question = (scopes, tuple(sorted(options.items())))
        with self._lock:
            asked = self._asked.get(question)
            if asked is None or not _holds(asked):
                asked = self._pool.submit(self._answer, scopes, options)
                self._asked[question] = asked
            return asked

    def _answer(self, scopes: tuple[str, ...], options: Mapping[str, Any]) -> _Answer:
        asked: Any = dict(options)
        token = self._credential.get_token_info(*scopes, options=asked)
        return _Answer(token, time.monotonic())


def _holds(asked: Future[_Answer]) -> bool:
    """Whether what came of it, or will come, serves who asks now."""
    if not asked.done():
        return True
    if asked.exception() is not None:
        return False
    return time.monotonic() - asked.result().came < FRESH_SECONDS
