"""The policy in the documentation, the table, and the calls in the source are one."""

from __future__ import annotations

import json
import re
from pathlib import Path

from providers.aws.dry_run import CHANGES, GATE, READS
from providers.aws.model import EC2_OPERATIONS
from providers.aws.permissions import PERMISSIONS
from tests.unit.aws.operations import methods_called, names_passed

PAGE = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"


def _policy() -> dict[str, list[dict[str, object]]]:
    section = PAGE.read_text().partition("\n## AWS\n")[2].partition("\n## ")[0]
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def _actions(statement: dict[str, object]) -> set[str]:
    action = statement["Action"]
    return {action} if isinstance(action, str) else set(action)


def test_the_table_has_the_calls_that_the_source_makes_and_no_other() -> None:
    assert methods_called() == names_passed() == set(PERMISSIONS)


def test_the_kept_model_has_every_call_to_ec2() -> None:
    others = {"GetCallerIdentity", "GetParameter", "GetServiceQuota"}
    assert set(PERMISSIONS) - others == set(EC2_OPERATIONS)


def test_every_call_to_ec2_is_tried() -> None:
    creations = {"CreateSecurityGroup", "ImportKeyPair", "RunInstances"}
    assert {GATE, *READS, *CHANGES, *creations} == set(EC2_OPERATIONS)


def test_the_policy_grants_exactly_what_the_table_needs() -> None:
    granted = {action for statement in _policy()["Statement"] for action in _actions(statement)}
    assert granted == {action for needed in PERMISSIONS.values() for action in needed}


def test_what_changes_or_removes_is_granted_for_our_tags_only() -> None:
    for statement in _policy()["Statement"]:
        condition = json.dumps(statement.get("Condition", {}))
        for action in _actions(statement):
            if action.partition(":")[2].startswith(("Delete", "Terminate", "Revoke", "Release")):
                assert "aws:ResourceTag/longshore-project" in condition
                assert "aws:ResourceTag/longshore-environment" in condition
