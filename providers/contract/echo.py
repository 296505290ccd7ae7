"""The address this process is seen under, asked of an echo service."""

from __future__ import annotations

import ssl
from ipaddress import ip_address

from providers.contract.errors import InvalidRequestError, NotInstalledError, TransientError
from providers.contract.retry import OnRetry, Pause, RetryPolicy, with_retries
from providers.contract.types import ProviderSettings

PUBLIC_ECHO = "https://checkip.amazonaws.com"
"""AWS runs it, with no account needed; the other clouds have no service of the kind."""
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
LONGEST_ANSWER = 256
ADVICE = "set `ssh_from` to the networks that may reach SSH, or `echo_url` to a service you trust"


def deployer_address(settings: ProviderSettings, on_retry: OnRetry, pause: Pause) -> str:
    """Ask `settings.echo_url`, or the public echo service that AWS runs, tried three times.

    The environment's proxies are passed over on purpose: SSH will not go through them.
    Raises TransientError when the service cannot be reached, InvalidRequestError when its
    answer is no address.
    """
    url = settings.echo_url or PUBLIC_ECHO
    text = with_retries(
        lambda: _ask(settings, url),
        operation="echo",
        on_retry=on_retry,
        policy=RetryPolicy(attempts=3, longest_wait=1.0, deadline=20.0),
        sleep=pause,
    )
    try:
        return str(ip_address(text.strip()))
    except ValueError as error:
        raise InvalidRequestError(
            f"{url} did not answer with an IP address",
            provider=settings.name,
            operation="echo",
            advice=ADVICE,
        ) from error


def _trust(url: str, ca: str | None) -> ssl.SSLContext | None:
    """The certificates to trust; reading them takes 20 ms, which plain HTTP is spared."""
    if not url.startswith("https:"):
        return None
    trust = ssl.create_default_context()
    if ca:
        trust.load_verify_locations(ca)
    return trust


def _ask(settings: ProviderSettings, url: str) -> str:
    try:
        import urllib3
    except ImportError as error:
        raise NotInstalledError(
            f"urllib3 is not installed: {error}",
            provider=settings.name,
            operation="echo",
            advice="install Longshore again, with what it needs",
        ) from error

    try:
        with urllib3.PoolManager(ssl_context=_trust(url, settings.ca)) as pool:
            answer = pool.request(
                "GET",
                url,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            body = answer.read(LONGEST_ANSWER)
            answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TransientError(
            f"cannot learn this machine's address from {url}: {error}",
            provider=settings.name,
            operation="echo",
            advice=ADVICE,
        ) from error
    if answer.status != 200:
        raise TransientError(
            f"cannot learn this machine's address from {url}: HTTP {answer.status}",
            provider=settings.name,
            operation="echo",
            advice=ADVICE,
        )
    return body.decode("ascii", "replace")
