"""What points Azure's SDK, and the `az` command line, at a sandbox."""

from __future__ import annotations

from providers.sandbox.arm.account import account_of
from providers.sandbox.arm.identity import PATH
from providers.sandbox.authority import ADDRESS, Authority
from providers.sandbox.home import PRIVATE_FOLDER, Home


def azure_environment(home: Home, endpoint: str, tls_port: int) -> dict[str, str]:
    """The variables. The SDK's default chain finds the sandbox's managed identity, and looks
    no further; `az` keeps what it knows in the sandbox's folder."""
    account = account_of(home)
    settings = home.folder / "az"
    settings.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return {
        "LONGSHORE_AZURE_ENDPOINT": f"https://{ADDRESS}:{tls_port}",
        "LONGSHORE_AZURE_CA": str(Authority(home.folder).certificate),
        "AZURE_SUBSCRIPTION_ID": account.subscription,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "IDENTITY_ENDPOINT": f"{endpoint}{PATH}",
        "IDENTITY_HEADER": account.header,
        "AZURE_CONFIG_DIR": str(settings),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_NO_COLOR": "true",
        "AZURE_CORE_SURVEY_MESSAGE": "false",
    }


def az_environment(environment: dict[str, str]) -> dict[str, str]:
    """The same with what `az` alone needs: it has no setting for a certificate authority but
    this variable, which would take the authorities of the real world from every other tool
    that uses the same library."""
    return {**environment, "REQUESTS_CA_BUNDLE": environment["LONGSHORE_AZURE_CA"]}
