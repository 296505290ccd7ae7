"""What each command hands on, and how `--sandbox` changes what the process speaks to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.plan import PlanOutcome
from orchestrator.errors import Interrupted
from orchestrator.invocation import Invocation
from orchestrator.reporting.events import Notice
from providers.sandbox.control import SandboxStatus
from providers.sandbox.errors import SandboxError

VARIABLE = "LONGSHORE_TEST_ENDPOINT"


class FakeSandbox:
    """A sandbox whose state is one flag."""

    running = False

    def up(self, on_progress: Callable[[str], None], *, baked: bool = False) -> SandboxStatus:
        on_progress("building the image" + (" (baked)" if baked else ""))
        FakeSandbox.running = True
        return self.status()

    def down(self, on_progress: Callable[[str], None]) -> None:
        on_progress("stopping")
        FakeSandbox.running = False

    def status(self) -> SandboxStatus:
        endpoint = "http://127.0.0.1:5000" if self.running else ""
        return SandboxStatus("x", Path("/h"), self.running, endpoint, "image", ("i-1",))

    def env(self) -> dict[str, str]:
        if not self.running:
            raise SandboxError("the sandbox is not running", "start it")
        return {VARIABLE: "http://127.0.0.1:5000", "OTHER": "two words"}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "longshore.yaml").write_text(
        "name: shop\ntarget: {provider: aws, region: us-east-1, size: t3.small}\n"
    )
    (tmp_path / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LONGSHORE_SANDBOX", raising=False)
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setenv("OTHER", "")
    monkeypatch.setattr("providers.sandbox.control.Sandbox", FakeSandbox)
    monkeypatch.setattr(FakeSandbox, "running", False)
    return tmp_path / "longshore.yaml"


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Any, ...]]]:
    """Replace a function of `orchestrator.app` by one that keeps its arguments."""

    def replace(name: str, result: object = None) -> list[tuple[Any, ...]]:
        calls: list[tuple[Any, ...]] = []

        def body(*arguments: Any) -> object:
            calls.append((*arguments, os.environ[VARIABLE]))
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(f"orchestrator.app.{name}", body)
        return calls

    return replace


@pytest.mark.parametrize("name", ["up", "down"])
def test_command_hands_on_invocation_and_question(
    name: str, cli: Callable[..., Any], handed: Callable[..., Any], project: Path
) -> None:
    calls = handed(f"{name}.{name}")
    assert cli(name, "--yes", "-e", "staging").code == 0
    invocation, _, cancel, confirm, endpoint = calls[0]
    assert invocation == Invocation(name, "text", True, "staging", project, False)
    assert not cancel.requested
    assert endpoint == ""
    confirm("asked for nothing with --yes?")


@pytest.mark.parametrize(
    ("changes", "arguments", "code"),
    [(True, (), 0), (True, ("--exit-code",), 3), (False, ("--exit-code",), 0)],
)
def test_plan_says_by_exit_code_whether_there_are_changes(
    changes: bool,
    arguments: tuple[str, ...],
    code: int,
    cli: Callable[..., Any],
    handed: Callable[..., Any],
) -> None:
    handed("plan.plan", PlanOutcome(changes=changes))
    assert cli("plan", *arguments).code == code


def test_logs(cli: Callable[..., Any], handed: Callable[..., Any]) -> None:
    calls = handed("logs.logs")
    assert cli("logs", "-f", "--tail", "5", "web", "worker").code == 0
    assert calls[0][3:6] == (("web", "worker"), True, 5)


def test_following_logs_ends_quietly(cli: Callable[..., Any], handed: Callable[..., Any]) -> None:
    handed("logs.logs", Interrupted())
    ended = cli("logs", "-f")
    assert (ended.code, ended.out, ended.err) == (130, "", "")
    assert cli("logs").err.startswith("stopped at a safe point\n")


def test_exec_takes_everything_after_the_service(
    cli: Callable[..., Any], handed: Callable[..., Any]
) -> None:
    calls = handed("execute.execute", 17)
    assert cli("exec", "-t", "--machine", "us-1", "web", "sh", "-c", "ls --output").code == 17
    assert calls[0][3:7] == ("web", "us-1", ("sh", "-c", "ls --output"), True)


@pytest.mark.parametrize(
    ("arguments", "argv"),
    [
        (("web", "--", "env"), ("env",)),
        (("web", "--", "--", "env"), ("--", "env")),
        (("web", "env", "--", "-t"), ("env", "--", "-t")),
        (("web", "--", "-t"), ("-t",)),
        (("--", "web", "env"), ("env",)),
        (("web", "-x"), ("-x",)),
    ],
)
def test_exec_takes_two_dashes_for_the_end_of_its_options(
    arguments: tuple[str, ...],
    argv: tuple[str, ...],
    cli: Callable[..., Any],
    handed: Callable[..., Any],
) -> None:
    calls = handed("execute.execute", 0)
    assert cli("exec", *arguments).code == 0
    assert calls[0][5] == argv


@pytest.mark.parametrize("option", ["-t", "--tty", "--machine", "--machine=us-1", "--output"])
def test_exec_says_where_its_options_belong(
    option: str, cli: Callable[..., Any], handed: Callable[..., Any]
) -> None:
    calls = handed("execute.execute", 0)
    ended = cli("exec", "web", option, "us-1")
    assert ended.code == 2
    name = option.partition("=")[0]
    assert f"options come before SERVICE: put {name} before web" in ended.err
    assert f"`exec web -- {name} ...`" in ended.err
    assert not calls


def test_exec_wants_a_command(cli: Callable[..., Any], handed: Callable[..., Any]) -> None:
    calls = handed("execute.execute", 0)
    ended = cli("exec", "web", "--")
    assert ended.code == 2
    assert "missing argument 'CMD...'" in ended.err
    assert not calls


def test_ssh_passes_the_command_and_its_end(
    cli: Callable[..., Any], handed: Callable[..., Any]
) -> None:
    calls = handed("ssh.ssh", -2)
    assert cli("ssh", "us-1", "--", "docker", "ps", "-a").code == 130
    assert calls[0][3:5] == ("us-1", ("docker", "ps", "-a"))


def test_up_in_the_sandbox_starts_it_and_speaks_to_it(
    cli: Callable[..., Any], handed: Callable[..., Any]
) -> None:
    calls = handed("up.up")
    ended = cli("up", "--sandbox", "--output", "json")
    assert ended.code == 0
    assert calls[0][0].sandbox
    assert calls[0][-1] == "http://127.0.0.1:5000"
    assert [json.loads(line)["type"] for line in ended.out.splitlines()] == [
        "operation-started", "operation-progress", "operation-finished", "run-finished",
    ]  # fmt: skip


def test_other_commands_want_the_sandbox_running(
    cli: Callable[..., Any], handed: Callable[..., Any]
) -> None:
    calls = handed("plan.plan", PlanOutcome(changes=False))
    ended = cli("plan", "--sandbox")
    assert (ended.code, ended.err) == (1, "error: the sandbox is not running\nstart it\n")
    assert not calls


def test_sandbox_commands(cli: Callable[..., Any]) -> None:
    assert cli("sandbox", "status").out == "not running\nmachines: i-1\nfolder: /h\n"
    up = cli("sandbox", "up", "--baked")
    assert "building the image (baked)" in up.out
    assert "the sandbox answers at http://127.0.0.1:5000" in up.out
    assert cli("sandbox", "env").out == (
        f"export {VARIABLE}=http://127.0.0.1:5000\nexport OTHER='two words'\n"
    )
    assert json.loads(cli("sandbox", "env", "--output", "json").out)["OTHER"] == "two words"
    assert json.loads(cli("sandbox", "status", "--output", "json").out)["running"] is True
    assert cli("sandbox", "down").code == 0
    assert cli("sandbox", "env").code == 1


def test_status_prints_its_report_alone(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(invocation: object, sink: Any, cancel: object) -> None:
        sink.emit(Notice("aside"))

    monkeypatch.setattr("orchestrator.app.status.status", body)
    ended = cli("status")
    assert ended.out == ""
    assert "notice    aside" in ended.err
