"""What each kind of error looks like and which exit code it has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from orchestrator.cli.console import Console
from orchestrator.errors import ExitCode, Interrupted, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.reporting.events import Notice, PlannedChange, PlanReady
from orchestrator.spec.problem import Problem, SpecError
from providers.contract import errors as cloud

CANARY = "hunter2-canary"
ACT = {"provider": "aws", "operation": "RunInstances", "code": "Nope", "advice": "do this"}
SPEC = SpecError(
    [
        Problem(Path("longshore.yaml"), 3, 1, "nam", "unknown key", "did you mean 'name'?"),
        Problem(Path("longshore.yaml"), 9, 5, "targets.us.count", "expected a whole number"),
    ]
)
ERRORS: list[tuple[BaseException, int, str]] = [
    (LongshoreError("it broke", advice="mend it"), 1, "error: it broke\nmend it\n"),
    (LongshoreError("no", exit_code=ExitCode.LOCKED), 8, "error: no\n"),
    (Interrupted(), 130, "stopped at a safe point\nnothing is lost: run the same command again"
     " to go on from here\n"),
    (KeyboardInterrupt(), 130, "stopped\n"),
    (cloud.AuthError("m", **ACT), 4, "error: aws RunInstances: Nope: m\ndo this\n"),
    (cloud.CapacityError("m", **ACT), 5, "error: aws RunInstances: Nope: m\ndo this\n"),
    (cloud.QuotaError("m", **ACT), 5, "error: aws RunInstances: Nope: m\ndo this\n"),
    (cloud.InvalidRequestError("m", **ACT), 2, "error: aws RunInstances: Nope: m\ndo this\n"),
    (cloud.TransientError("m", **ACT), 1, "error: aws RunInstances: Nope: m\ndo this\n"),
    (cloud.DeadlineError("m", **ACT), 1, "error: aws RunInstances: Nope: m\ndo this\n"),
    (click.UsageError("No such option '--x'."), 2, "error: no such option '--x'\nsee `longshore"
     " act --help`\n"),
    (SPEC, 2, "longshore.yaml:3:1: nam: unknown key; did you mean 'name'?\n"
     "longshore.yaml:9:5: targets.us.count: expected a whole number\n"),
    (PermissionError(13, "Permission denied", "compose.yaml"), 1,
     "error: compose.yaml: Permission denied\n"),
    (BrokenPipeError(), 141, ""),
    (KeyError("x"), 1, "error: this is a bug in Longshore: KeyError: 'x'\n"
     "please report it; LONGSHORE_DEBUG=1 writes the traceback to a file\n"),
]  # fmt: skip
IDS = [type(error).__name__ for error, _, _ in ERRORS]


def raising(error: BaseException) -> Callable[[Invocation, Console], int]:
    def body(invocation: Invocation, console: Console) -> int:
        raise error

    return body


@pytest.mark.parametrize(("error", "code", "said"), ERRORS, ids=IDS)
def test_error_in_text(
    error: BaseException, code: int, said: str, acting: Callable[..., Any]
) -> None:
    ended = acting(raising(error))
    assert (ended.code, ended.out, ended.err) == (code, "", said)


@pytest.mark.parametrize(("error", "code", "said"), ERRORS, ids=IDS)
def test_error_in_json(
    error: BaseException, code: int, said: str, acting: Callable[..., Any]
) -> None:
    ended = acting(raising(error), "--output", "json")
    last = json.loads(ended.out)
    assert (ended.code, ended.err, last["type"]) == (code, "", "run-finished")
    assert last["exit_code"] == code
    assert last["outcome"] == ("interrupted" if code == 130 else "failed")
    assert not said or last["message"] in said.replace("error: ", "")


def test_usage_error_in_json_before_the_options_are_read(cli: Callable[..., Any]) -> None:
    ended = cli("up", "--output=json", "--nonsense")
    assert ended.code == json.loads(ended.out)["exit_code"] == 2
    assert ended.err == ""


def test_json_after_a_double_dash_is_the_commands_own(cli: Callable[..., Any]) -> None:
    assert cli("nonsense", "--", "--output=json").out == ""


def test_no_project_file_is_bad_input(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("config")
    assert ended.code == 2
    assert ended.err == (
        f"error: no longshore.yaml in {tmp_path} or above it\n"
        "write one with `longshore init`, or name one with --file\n"
    )


def test_traceback_goes_to_a_file_on_request_only_and_without_secrets(
    acting: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(invocation: Invocation, console: Console) -> int:
        console.masker.learn([CANARY])
        raise ValueError(CANARY)

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert "Traceback" not in acting(body).err
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("LONGSHORE_DEBUG", "1")
    ended = acting(body)
    named = re.search(r"the traceback in (\S+)", ended.err)
    assert named
    text = Path(named[1]).read_text()
    assert "Traceback (most recent call last)" in text
    assert "ValueError: ***" in text
    assert CANARY not in text + ended.err
    assert Path(named[1]).stat().st_mode & 0o777 == 0o600


def test_run_that_fails_ends_with_one_event_and_one_message(acting: Callable[..., Any]) -> None:
    def body(invocation: Invocation, console: Console) -> int:
        sink = console.begin()
        sink.protect([CANARY])
        sink.emit(Notice("begun"))
        raise LongshoreError(f"{CANARY} is wrong")

    ended = acting(body)
    assert (ended.code, ended.err) == (1, "error: *** is wrong\n")
    assert re.sub(r" +\d+\.\ds", "T", ended.out) == (
        "T notice    begun\nT end       failed, exit code 1\n"
    )
    lines = [json.loads(line) for line in acting(body, "--output", "json").out.splitlines()]
    assert [line["type"] for line in lines] == ["notice", "run-finished"]
    assert lines[-1]["message"] == "*** is wrong"


@pytest.mark.parametrize(
    ("action", "code", "outcome"),
    [
        ("none", 0, "no-changes"),
        ("create", 0, "done"),
        ("create", 3, "done"),
        ("none", 7, "failed"),
    ],
)
def test_outcome_follows_from_the_plan_and_the_code(
    action: str, code: int, outcome: str, acting: Callable[..., Any]
) -> None:
    def body(invocation: Invocation, console: Console) -> int:
        console.begin().emit(PlanReady((PlannedChange(action, "machine", "us-1"),)))  # type: ignore[arg-type]
        return code

    ended = acting(body, "--output", "json")
    assert ended.code == code
    assert json.loads(ended.out.splitlines()[-1])["outcome"] == outcome


def test_exit_codes_are_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "exit-codes.md").read_text()
    for code in ExitCode:
        assert f"| {int(code)} | `{code.name}` |" in page
