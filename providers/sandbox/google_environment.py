"""What points Google's SDK and command line at a sandbox."""

from __future__ import annotations

import json

from providers.sandbox.home import PRIVATE_FOLDER, Home, write_private

PROJECT = "longshore-sandbox"
ACCOUNT = f"longshore@{PROJECT}.iam.gserviceaccount.com"
KEY_BITS = 2048
CREDENTIALS = "google.json"


def google_environment(home: Home, endpoint: str) -> dict[str, str]:
    """The variables. The first call for a home makes a service account of our own: its private
    key signs tokens that nobody but the sandbox is shown, and the token endpoint it names is
    never called, because the SDK signs for the API itself."""
    credentials = home.folder / CREDENTIALS
    if not credentials.exists():
        write_private(credentials, json.dumps(_service_account(), indent=2))
    settings = home.folder / "gcloud"
    settings.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return {
        "LONGSHORE_GCP_ENDPOINT": endpoint,
        "GOOGLE_APPLICATION_CREDENTIALS": str(credentials),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "CLOUDSDK_CONFIG": str(settings),
        "CLOUDSDK_CORE_PROJECT": PROJECT,
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": f"{endpoint}/compute/v1/",
    }


def _service_account() -> dict[str, str]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "longshore-sandbox",
        "private_key": pem.decode(),
        "client_email": ACCOUNT,
        "client_id": "100000000000000000000",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    }
