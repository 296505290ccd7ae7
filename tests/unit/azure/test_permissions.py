"""The roles in the documentation, the table, and the calls in the source are one."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import providers.azure
from providers.azure.permission_check import needed
from providers.azure.permissions import OF_THE_SUBSCRIPTION, OWN_GROUP_ONLY, PERMISSIONS

SOURCE = Path(providers.azure.__file__).parent
PAGE = SOURCE.parents[1] / "docs" / "permissions.md"

OPERATION = re.compile(r"[a-z][A-Za-z]+\.[a-z][A-Za-z]+")
NO_CALLS = {"getToken", "CreateClient", "serialConsoleLog.get"}
"""Not Azure Resource Manager's: no action is needed for them."""

METHODS = {
    "create_or_update": "createOrUpdate",
    "delete": "delete",
    "get": "get",
    "list": "list",
    "list_all": "listAll",
    "list_by_resource_group": "listByResourceGroup",
    "retrieve_boot_diagnostics_data": "retrieveBootDiagnosticsData",
    "start": "start",
    "update_at_scope": "updateAtScope",
}
GROUPS = {
    "disks": "disks",
    "network_interfaces": "networkInterfaces",
    "network_security_groups": "networkSecurityGroups",
    "providers": "providers",
    "public_ip_addresses": "publicIPAddresses",
    "resource_groups": "resourceGroups",
    "resource_skus": "skus",
    "resources": "resources",
    "tags": "tags",
    "usage": "usages",
    "usages": "networkUsages",
    "virtual_machine_images": "virtualMachineImages",
    "virtual_machines": "virtualMachines",
    "virtual_networks": "virtualNetworks",
}
RAW = {"operations.get", "permissions.list"}
"""Sent without a method of the SDK's: it has none for them."""


def trees() -> list[ast.Module]:
    return [
        ast.parse(file.read_text())
        for file in sorted(SOURCE.glob("*.py"))
        if file.name not in ("permissions.py", "error_table.py")
    ]


def names_passed() -> set[str]:
    """Operations that the source names in a string."""
    known = {node.value for tree in trees() for node in ast.walk(tree) if _is_operation(node)}  # type: ignore[attr-defined]
    return {name for name in known if name.partition(".")[0] in {*GROUPS.values(), "operations",
                                                                 "permissions"}}  # fmt: skip


def _is_operation(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and OPERATION.fullmatch(node.value) is not None
    )


def methods_called() -> set[str]:
    """Operations whose SDK method the source calls, on a group of methods or a name for it."""
    found = set()
    for tree in trees():
        aliases = {
            target.id: node.value.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
            for target in node.targets
            if isinstance(target, ast.Name) and node.value.attr in GROUPS
        }
        scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for scope in scopes:
            local = {**aliases, **_aliases(scope)}
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    found.add(_operation(node.func, local))
    return found - {""}


def _aliases(scope: ast.FunctionDef) -> dict[str, str]:
    return {
        target.id: node.value.attr
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
        for target in node.targets
        if isinstance(target, ast.Name) and node.value.attr in GROUPS
    }


def _operation(called: ast.Attribute, aliases: dict[str, str]) -> str:
    on = called.value
    group = on.attr if isinstance(on, ast.Attribute) else aliases.get(getattr(on, "id", ""), "")
    method = METHODS.get(called.attr.removeprefix("begin_"), "")
    if group not in GROUPS or not method or (group, method) == ("tags", "get"):
        return ""  # `tags.get`: a look into a mapping
    return f"{GROUPS[group]}.{method}"


def roles() -> list[dict[str, list[str]]]:
    section = PAGE.read_text().partition("\n## Azure\n")[2].partition("\n## ")[0]
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]


def test_the_table_has_the_calls_that_the_source_makes_and_no_other() -> None:
    assert names_passed() == set(PERMISSIONS)
    assert methods_called() | RAW == set(PERMISSIONS)


def test_the_whole_role_grants_exactly_what_the_table_needs() -> None:
    whole, _, _ = roles()
    assert whole["Actions"] == needed(PERMISSIONS)


def test_with_a_named_group_two_smaller_roles_do() -> None:
    _, inside, subscription = roles()
    assert inside["Actions"] == needed(
        frozenset(PERMISSIONS) - OF_THE_SUBSCRIPTION - OWN_GROUP_ONLY
    )
    assert subscription["Actions"] == needed({*OF_THE_SUBSCRIPTION, "permissions.list"})
    assert all(action.endswith("/read") for action in subscription["Actions"])
    assert not [action for action in inside["Actions"] if "resourceGroups/" in action
                and not action.endswith("/read")]  # fmt: skip


def test_every_role_can_be_given_to_az_as_it_is() -> None:
    for role in roles():
        assert set(role) == {"Name", "Description", "Actions", "AssignableScopes"}
        assert role["AssignableScopes"][0].startswith("/subscriptions/SUBSCRIPTION")
