"""Clouds that are not there are found before anything is asked of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from providers.contract.registry import provider_names

EXAMPLE = Path(__file__).parents[3] / "examples" / "hello" / "longshore.yaml"
TARGET = "region: us-east-1, size: t3.small"
GOOD = f"name: shop\ntarget: {{provider: aws, {TARGET}}}\n"


def test_a_target_on_an_unknown_provider(files) -> None:
    assert files.complaints(f"name: shop\ntarget: {{provider: asw, {TARGET}}}\n") == [
        "longshore.yaml:2:20: target.provider: there is no provider 'asw'; did you mean 'aws'?"
    ]


def test_one_that_looks_like_none_gets_the_list(files) -> None:
    assert files.complaints(f"name: shop\ntarget: {{provider: hetzner, {TARGET}}}\n") == [
        "longshore.yaml:2:20: target.provider: there is no provider 'hetzner'; "
        f"known here: {', '.join(provider_names())}"
    ]


def test_settings_of_an_unknown_provider(files) -> None:
    assert files.complaints(f"{GOOD}providers:\n  asw: {{profile: work}}\n") == [
        "longshore.yaml:4:3: providers.asw: there is no provider 'asw'; did you mean 'aws'?"
    ]


def test_a_variable_is_not_told(files) -> None:
    project = f"name: shop\ntarget: {{provider: '${{CLOUD}}', {TARGET}}}\n"
    (said,) = files.complaints(project, environ={"CLOUD": "canary"})
    assert "canary" not in said
    assert "there is no provider '${CLOUD}'" in said


def test_notes_among_the_settings_are_none(files) -> None:
    assert files.complaints(f"{GOOD}providers:\n  x-notes: {{profile: work}}\n") == []


def test_another_package_may_bring_one(files, monkeypatch: pytest.MonkeyPatch) -> None:
    there = ("aws", "hetzner")
    monkeypatch.setattr("providers.contract.registry.provider_names", lambda: there)
    assert files.complaints(f"name: shop\ntarget: {{provider: hetzner, {TARGET}}}\n") == []


def test_asking_for_the_names_imports_no_provider() -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom orchestrator.spec import load_project\n"
        f"load_project(Path({str(EXAMPLE)!r}), environment=None, environ={{}})\n"
        "print(*[m for m in sys.modules if m.startswith(('providers.aws', 'botocore'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == ""
