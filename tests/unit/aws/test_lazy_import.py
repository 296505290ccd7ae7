"""Making a provider imports no SDK; listing imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from providers.aws import create
from providers.contract.types import ProviderSettings
provider = create(ProviderSettings("aws"), "us-east-1")
assert provider.name == "aws"
heavy = {"boto3", "botocore", "urllib3", "jmespath", "s3transfer"} & set(sys.modules)
print(" ".join(sorted(heavy)))
"""


def test_making_a_provider_imports_no_sdk() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
