"""The role in the documentation, the table, and the calls in the source are one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

import providers.gcp
from providers.gcp.permissions import PERMISSIONS
from tests.unit.gcp.canned import names_of_operations

PAGE = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"
SOURCE = Path(providers.gcp.__file__).parent
OPERATION = re.compile(r"[a-z]\w*\.[a-z]\w*")


def _trees() -> list[ast.Module]:
    return [
        ast.parse(path.read_text())
        for path in sorted(SOURCE.glob("*.py"))
        if path.name not in ("permissions.py", "client.py", "sdk.py")
    ]


def _named() -> set[str]:
    """Every string in the source that is the name of a method of the API."""
    known = names_of_operations()
    return {
        node.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and OPERATION.fullmatch(node.value)
        and node.value in known
    }


def _called() -> set[str]:
    """Every call of a method of one of the SDK's clients: `clients.instances.insert_unary`."""
    found = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            service = node.func.value
            if (
                isinstance(service, ast.Attribute)
                and ast.unparse(service.value).endswith("clients")
                and service.attr not in ("credentials",)
            ):
                words = service.attr.split("_")
                plural = words[0] + "".join(word.title() for word in words[1:])
                method = node.func.attr.removesuffix("_unary").split("_")
                found.add(f"{plural}.{method[0]}{''.join(word.title() for word in method[1:])}")
    return found


def _role() -> dict[str, object]:
    section = PAGE.read_text().partition("\n## Google Cloud\n")[2].partition("\n## ")[0]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found is not None
    role: dict[str, object] = yaml.safe_load(found[1])
    return role


def test_the_table_has_the_calls_that_the_source_makes_and_no_other() -> None:
    assert _called() == _named() == set(PERMISSIONS)


def test_the_role_grants_exactly_what_the_table_needs() -> None:
    granted = _role()["includedPermissions"]
    assert isinstance(granted, list)
    assert granted == sorted({name for needed in PERMISSIONS.values() for name in needed})


def test_the_role_is_one_that_gcloud_takes() -> None:
    role = _role()
    assert set(role) == {"title", "description", "stage", "includedPermissions"}
    assert role["stage"] in ("ALPHA", "BETA", "GA")
