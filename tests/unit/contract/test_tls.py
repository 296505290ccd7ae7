"""A TLS connection that is cut, and one that cannot be trusted, as each SDK tells them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import pytest

from providers.contract.errors import CloudError, InvalidRequestError, TransientError
from providers.contract.tls import is_hang_up


@contextmanager
def answering(answer: Callable[[socket], None]) -> Iterator[str]:
    """A server that does this with each connection, on a free port."""
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(2)
        thread.join(timeout=10.0)


def hang_up(connection: socket) -> None:
    connection.recv(4096)


def speak_plainly(connection: socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def requests_error(url: str) -> Exception:
    import requests

    with pytest.raises(requests.exceptions.SSLError) as caught:
        requests.get(url, timeout=5.0)
    return caught.value


def botocore_error(url: str) -> Exception:
    from botocore import awsrequest, httpsession
    from botocore.exceptions import SSLError

    asked = awsrequest.AWSRequest("GET", url).prepare()
    with pytest.raises(SSLError) as caught:
        httpsession.URLLib3Session().send(asked)
    return caught.value


SDKS = pytest.mark.parametrize("ask", [requests_error, botocore_error])


@SDKS
def test_a_connection_that_is_cut_may_pass(ask: Callable[[str], Exception]) -> None:
    with answering(hang_up) as url:
        assert is_hang_up(ask(url))


@SDKS
def test_one_that_does_not_speak_tls_will_not(ask: Callable[[str], Exception]) -> None:
    with answering(speak_plainly) as url:
        assert not is_hang_up(ask(url))


def _through_gcp(url: str) -> CloudError:
    from providers.gcp.errors import classify

    return classify(requests_error(url), operation="x.y", phase="create")


def _through_aws(url: str) -> CloudError:
    from providers.aws.errors import classify

    return classify(botocore_error(url), operation="X", phase="create")  # type: ignore[arg-type]


def _through_azure(url: str) -> CloudError:
    from azure.core.exceptions import ServiceRequestError

    from providers.azure.errors import classify

    inner = requests_error(url)
    return classify(ServiceRequestError(inner, error=inner), operation="x.y", phase="create")


@pytest.mark.parametrize("classified", [_through_gcp, _through_aws, _through_azure])
def test_every_adapter_tells_them_apart(classified: Callable[[str], CloudError]) -> None:
    with answering(hang_up) as url:
        assert type(classified(url)) is TransientError
    with answering(speak_plainly) as url:
        assert type(classified(url)) is InvalidRequestError


def test_a_certificate_that_is_not_trusted_is_no_hang_up() -> None:
    import requests

    refused = ssl.SSLCertVerificationError("self-signed certificate")
    assert not is_hang_up(requests.exceptions.SSLError(refused))
