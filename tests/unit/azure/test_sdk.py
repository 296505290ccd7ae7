"""The management libraries do without their descriptions, and nobody else has to."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from types import CodeType

import pytest

from providers.azure.sdk import DESCRIBED

IMPORTED = """
import sys
from providers.azure.sdk import DESCRIBED, undescribed
with undescribed():
    import azure.mgmt.compute, azure.mgmt.network
assert not [name for name in DESCRIBED if f"{name}.types" in sys.modules]
from azure.mgmt.network.operations import NetworkInterfacesOperations
assert NetworkInterfacesOperations.begin_create_or_update.__annotations__["parameters"]
from azure.mgmt.compute import types
assert types.VirtualMachine.__annotations__["location"]
import azure.mgmt.network.types
assert azure.mgmt.network.types.NetworkInterface.__annotations__["location"]
"""

BEFORE = """
import azure.mgmt.compute.types as before
from providers.azure.sdk import undescribed
with undescribed():
    import azure.mgmt.compute, azure.mgmt.network
import azure.mgmt.compute.types as after
assert before is after and before.VirtualMachine
"""


@pytest.mark.parametrize("script", [IMPORTED, BEFORE])
def test_descriptions_are_left_out_and_stay_to_be_had(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", DESCRIBED)
def test_the_operations_use_the_descriptions_in_annotations_alone(package: str) -> None:
    """Annotations are evaluated where a class is made; what runs later is a function's code."""
    module = f"{package}.operations._operations"
    spec = find_spec(module)
    assert spec is not None and spec.loader is not None
    code = spec.loader.get_code(module)  # type: ignore[attr-defined]
    classes = [one for one in code.co_consts if isinstance(one, CodeType)]
    assert any("_types" in one.co_names for one in classes)
    functions = [inner for one in classes for inner in _inside(one)]
    assert len(functions) > 500
    assert [one.co_qualname for one in functions if "_types" in one.co_names] == []


def _inside(code: CodeType) -> list[CodeType]:
    found = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [*found, *(deeper for one in found for deeper in _inside(one))]
