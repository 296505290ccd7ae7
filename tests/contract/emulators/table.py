"""Every emulator that the suite runs against, by name. Imported when a test is to run on it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from tests.contract.emulators import Emulator

EMULATORS: Mapping[str, str] = {
    "aws on moto": "tests.contract.emulators.moto_ec2:MotoEc2",
    "gcp in this process": "tests.contract.emulators.gce_here:GceHere",
    "azure in this process": "tests.contract.emulators.arm_here:ArmHere",
    "servers in this process": "tests.contract.emulators.servers:ServersHere",
    "aws in the sandbox": "tests.contract.emulators.sandbox_ec2:SandboxEc2",
    "gcp in the sandbox": "tests.contract.emulators.gce_sandbox:GceSandbox",
    "azure in the sandbox": "tests.contract.emulators.arm_sandbox:ArmSandbox",
    "servers in the sandbox": "tests.contract.emulators.servers_sandbox:ServersSandbox",
}


def load(where: str) -> type[Emulator]:
    """The class that `module:Class` names. Raises ImportError, AttributeError, ValueError."""
    module, colon, name = where.partition(":")
    if not colon:
        raise ValueError(f"{where!r} is not of the form module:Class")
    found: type[Emulator] = getattr(import_module(module), name)
    return found
