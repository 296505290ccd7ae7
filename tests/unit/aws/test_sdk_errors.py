"""Errors on our side of the wire, raised by the SDK as it raises them."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore import exceptions as sdk

from providers.aws import create
from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.retry import ignore_retry
from providers.contract.types import Owner, ProviderSettings
from tests.unit.aws.canned import ENDPOINT, Canned

TABLE: list[tuple[Exception, type[CloudError]]] = [
    (sdk.NoCredentialsError(), AuthError),
    (sdk.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), AuthError),
    (sdk.CredentialRetrievalError(provider="custom-process", error_msg="exit 1"), AuthError),
    (sdk.SSOTokenLoadError(error_msg="no token"), AuthError),
    (sdk.UnauthorizedSSOTokenError(), AuthError),
    (sdk.TokenRetrievalError(provider="sso", error_msg="expired"), AuthError),
    (sdk.EndpointConnectionError(endpoint_url=ENDPOINT), TransientError),
    (sdk.ConnectTimeoutError(endpoint_url=ENDPOINT), TransientError),
    (sdk.ReadTimeoutError(endpoint_url=ENDPOINT), TransientError),
    (sdk.ConnectionClosedError(endpoint_url=ENDPOINT), TransientError),
    (sdk.ProxyConnectionError(proxy_url=ENDPOINT), TransientError),
    (sdk.HTTPClientError(error="reset"), TransientError),
    (sdk.IncompleteReadError(actual_bytes=1, expected_bytes=2), TransientError),
    (sdk.SSLError(endpoint_url=ENDPOINT, error="self-signed"), InvalidRequestError),
    (sdk.ParamValidationError(report="no"), InvalidRequestError),
    (sdk.UnknownServiceError(service_name="x", known_service_names="y"), UnknownCloudError),
]


@pytest.mark.parametrize(("raised", "expected"), TABLE, ids=lambda one: type(one).__name__)
def test_row(raised: Exception, expected: type[CloudError]) -> None:
    canned = Canned(DescribeInstances=[raised])
    with pytest.raises(CloudError) as caught:
        canned.calls.once("DescribeInstances", "read", canned.calls.clients.ec2.describe_instances)
    assert type(caught.value) is expected
    assert caught.value.code == type(raised).__name__
    assert caught.value.message
    if expected is AuthError:
        assert caught.value.advice


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    provider = create(ProviderSettings("aws", endpoint=ENDPOINT), "us-east-1", ignore_retry)
    with pytest.raises(AuthError) as caught:
        provider.preflight()
    assert "aws sts get-caller-identity" in caught.value.advice


def test_a_profile_that_does_not_exist() -> None:
    settings = ProviderSettings("aws", endpoint=ENDPOINT, profile="nobody")
    provider = create(settings, "us-east-1", ignore_retry)
    with pytest.raises(AuthError, match="nobody"):
        provider.listing(Owner("shop", "production"))


def test_a_region_that_is_no_name() -> None:
    provider = create(ProviderSettings("aws"), "not a region", ignore_retry)
    with pytest.raises(InvalidRequestError) as caught:
        provider.preflight()
    assert "region" in caught.value.advice


@pytest.mark.parametrize("endpoint", ["localhost:4566", "http://[", "ec2"])
def test_an_endpoint_that_is_no_url(endpoint: str) -> None:
    provider = create(ProviderSettings("aws", endpoint=endpoint), "us-east-1", ignore_retry)
    with pytest.raises(InvalidRequestError) as caught:
        provider.listing(Owner("shop", "production"))
    assert "endpoint" in caught.value.advice


def test_a_ca_file_that_is_not_there() -> None:
    settings = ProviderSettings("aws", endpoint=ENDPOINT, ca="/nonexistent/ca.pem")
    with pytest.raises(InvalidRequestError, match=r"ca\.pem"):
        create(settings, "us-east-1", ignore_retry).preflight()
