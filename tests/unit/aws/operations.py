"""Which API calls the adapter's source makes, read off its syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
from botocore import xform_name

import providers.aws

SOURCE = Path(providers.aws.__file__).parent
CLIENTS = {"ec2": "ec2", "ssm": "ssm", "sts": "sts", "quotas": "service-quotas"}
"""The clients of `Clients`, and the services they are of."""


def trees() -> Iterator[ast.Module]:
    """Every module that makes calls; what only lists names is not asked."""
    for file in sorted(SOURCE.glob("*.py")):
        if file.name not in ("permissions.py", "model.py", "error_table.py"):
            yield ast.parse(file.read_text())


def method_names(service: str) -> dict[str, str]:
    """The SDK's method names of a service, and the operations they are for."""
    model = botocore.session.Session().get_service_model(service)
    return {xform_name(operation): operation for operation in model.operation_names}


def methods_called() -> set[str]:
    """Operations whose SDK method is called on a client, or asked for page by page."""
    found = set()
    for name, service in CLIENTS.items():
        methods = method_names(service)
        for tree in trees():
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and _is_client(node.value, name):
                    found.add(methods.get(node.attr, ""))
                if isinstance(node, ast.Call) and _is_paginator(node, name):
                    found.add(methods[str(ast.literal_eval(node.args[0]))])
    return found - {""}


def names_passed() -> set[str]:
    """Operations that the source names in a string."""
    known = {operation for service in CLIENTS.values() for operation in _operations(service)}
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in known
    }


def _operations(service: str) -> list[str]:
    return list(botocore.session.Session().get_service_model(service).operation_names)


def _is_client(node: ast.expr, name: str) -> bool:
    """`….ec2`, or a variable of that name."""
    if isinstance(node, ast.Attribute):
        return node.attr == name
    return isinstance(node, ast.Name) and node.id == name


def _is_paginator(call: ast.Call, name: str) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "get_paginator"
        and _is_client(call.func.value, name)
    )
