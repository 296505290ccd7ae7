"""SDK clients: one session per adapter, made on first use, with our own time limits.

boto3's clients are botocore's, and they are made from a botocore session here: the same
classes and the same default chain (environment, profiles, SSO, web identity, instance role,
`AWS_ENDPOINT_URL`), without importing boto3's resource layer on the path of every command.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from providers.aws.errors import PROVIDER
from providers.contract.errors import InvalidRequestError
from providers.contract.types import ProviderSettings

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from types_boto3_ec2.client import EC2Client
    from types_boto3_ssm.client import SSMClient
    from types_boto3_sts.client import STSClient

    from providers.aws.quota import QuotaClient

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""DescribeInstanceTypes and RunInstances can take several seconds to answer."""
CONNECTIONS = 16
"""Kept alive per client: six parallel describes, and machines created side by side."""

MODELS = Path("~/.aws/models")


class Clients:
    """The clients of one region. Usable from several threads.

    The SDK's own retries are off (one attempt): botocore would silently repeat
    InsufficientInstanceCapacity, which is an HTTP 500, and multiply with our policy.
    """

    def __init__(self, settings: ProviderSettings, region: str) -> None:
        self._settings = settings
        self._region = region
        self._lock = threading.RLock()

    @cached_property
    def ec2(self) -> EC2Client:
        return cast("EC2Client", self._make("ec2"))

    @cached_property
    def ssm(self) -> SSMClient:
        return cast("SSMClient", self._make("ssm"))

    @cached_property
    def sts(self) -> STSClient:
        return cast("STSClient", self._make("sts"))

    @cached_property
    def quotas(self) -> QuotaClient:
        return cast("QuotaClient", self._make("service-quotas"))

    @cached_property
    def _session(self) -> Session:
        from botocore.session import Session

        from providers.aws.model import LeanLoader, default_cache

        session = Session(profile=self._settings.profile)
        # Somebody with models of their own (AWS_DATA_PATH, ~/.aws/models) means them.
        if not session.get_config_variable("data_path") and not MODELS.expanduser().exists():
            session.register_component("data_loader", LeanLoader(default_cache()))
        return session

    @cached_property
    def _config(self) -> Config:
        from botocore.config import Config

        return Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            retries={"total_max_attempts": 1},
            tcp_keepalive=True,
            user_agent_extra="longshore",
        )

    def _make(self, service: str) -> object:
        # Making a client is not thread-safe in botocore; using one is. cached_property
        # has no lock of its own (Python 3.12 on), so a second thread may get here too and
        # makes an equal client: harmless, and the lock keeps the loading single-file.
        with self._lock:
            existing = self.__dict__.get(service)
            if existing is not None:
                return existing
            made = self._create(service)
            self.__dict__[service] = made
            return made

    def _create(self, service: str) -> object:
        from botocore.exceptions import BotoCoreError

        ca = self._settings.ca
        if ca is not None and not Path(ca).is_file():
            raise InvalidRequestError(
                f"there is no file {ca}",
                provider=PROVIDER,
                advice="check `ca` in the provider settings",
            )
        try:
            return self._session.create_client(
                service,
                region_name=self._region,
                endpoint_url=self._settings.endpoint,
                verify=ca,
                config=self._config,
            )
        except BotoCoreError:
            raise
        except ValueError as error:
            # What the SDK says to an endpoint that is no URL.
            raise InvalidRequestError(
                str(error),
                provider=PROVIDER,
                advice="check `endpoint` in the provider settings, and AWS_ENDPOINT_URL",
            ) from error
