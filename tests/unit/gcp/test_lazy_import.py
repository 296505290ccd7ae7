"""Making a provider imports no SDK; using one cloud loads no other's; and no more is imported
than is used."""

from __future__ import annotations

import subprocess
import sys

MAKING = """
import sys
from providers.gcp import create
from providers.contract.types import ProviderSettings
provider = create(ProviderSettings("gcp"), "us-central1")
assert provider.name == "gcp" and not provider.abilities.key_pairs
heavy = {"google", "requests", "urllib3", "grpc"} & set(sys.modules)
print(" ".join(sorted(heavy)))
"""

AWS_ALONE = """
import sys
from providers.contract.provider import provider_factory
from providers.contract.retry import ignore_retry
from providers.contract.types import ProviderSettings
provider = provider_factory("aws")(ProviderSettings("aws"), "us-east-1", ignore_retry)
provider.prepare()
assert "botocore" in sys.modules
print(" ".join(sorted({"google", "azure", "providers.gcp"} & set(sys.modules))))
"""

GCP_ALONE = """
import sys
from providers.contract.provider import provider_factory
from providers.contract.retry import ignore_retry
from providers.contract.types import ProviderSettings
from providers.gcp import sdk
provider = provider_factory("gcp")(ProviderSettings("gcp"), "us-central1", ignore_retry)
provider.prepare()
sdk.load()
assert "google.cloud.compute_v1.types.compute" in sys.modules
print(" ".join(sorted({"botocore", "boto3", "azure", "providers.aws"} & set(sys.modules))))
"""

PARTS = """
import sys
from providers.gcp import sdk
sdk.load_aside()
sdk.load()
sdk.load()
from google.cloud.compute_v1.services.instances import InstancesClient
services = {name.split(".")[4] for name in sys.modules
            if name.startswith("google.cloud.compute_v1.services.")}
assert services == set(sdk.SERVICES), services
# Whoever wants the rest of the package has it, and the same classes.
from google.cloud import compute_v1
assert compute_v1.AcceleratorTypesClient.__name__ == "AcceleratorTypesClient"
assert compute_v1.InstancesClient is InstancesClient
assert compute_v1.__version__ and "InstancesClient" in compute_v1.__all__
assert not hasattr(compute_v1, "NoSuchThing")
from google.cloud.compute_v1 import *
assert ZonesClient is compute_v1.ZonesClient
"""

WHOLE_FIRST = """
from google.cloud import compute_v1
from providers.gcp import sdk
sdk.load()
assert compute_v1.InstancesClient
"""


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_making_a_provider_imports_no_sdk() -> None:
    assert run(MAKING) == ""


def test_aws_alone_loads_nothing_of_google() -> None:
    assert run(AWS_ALONE) == ""


def test_google_alone_loads_nothing_of_aws() -> None:
    assert run(GCP_ALONE) == ""


def test_the_package_is_opened_by_parts_and_is_whole_when_asked() -> None:
    assert run(PARTS) == ""


def test_a_package_that_somebody_has_imported_whole_is_taken_as_it_is() -> None:
    assert run(WHOLE_FIRST) == ""
