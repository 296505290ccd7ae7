"""The rendered script in a real shell: on this machine, with folders of the test's own."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.machines import render
from orchestrator.machines.families import FAMILIES
from orchestrator.machines.playbook import load_playbook, parse_playbook, render_script
from orchestrator.machines.report import ReportReader
from tests.e2e.ssh_server import DEADLINE, eventually

SHELLS = [shell for shell in ("dash", "bash", "busybox sh") if shutil.which(shell.split()[0])]


class Host:
    """Where the scripts of one test keep their state, log and lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.lock = folder / "lock"
        self.state = folder / "state"

    def script(self, *steps: str) -> str:
        body = "".join(f"  - {step}\n" for step in steps)
        text = f"name: test\ndescription: a test\nsteps:\n{body}"
        return render_script(parse_playbook(text, "test.yaml"), "debian")

    def step(self, name: str, run: str = "", check: str = "", **more: object) -> str:
        """A step that is done when its file is there."""
        done = self.folder / name
        words = {"timeout": 20, "retries": 0, **more}
        extra = "".join(f", {key}: {value}" for key, value in words.items())
        run = run or f"touch {done}"
        return f"{{name: {name}, check: '{check or f'[ -e {done} ]'}', run: '{run}'{extra}}}"

    def start(self, script: str, *args: str, shell: str = "sh") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*shell.split(), "-s", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(script)
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, script: str, *args: str, shell: str = "sh") -> tuple[int, ReportReader]:
        process = self.start(script, *args, shell=shell)
        out, err = process.communicate(timeout=60)
        assert err == ""
        reader = ReportReader()
        for line in out.splitlines():
            reader.feed(line)
        return process.returncode, reader


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    host = Host(tmp_path)
    monkeypatch.setattr(render, "STATE", str(host.state))
    monkeypatch.setattr(render, "LOG", str(host.log))
    monkeypatch.setattr(render, "LOCK", str(host.lock))
    yield host


def statuses(reader: ReportReader, carrier: str = "ssh") -> list[tuple[str, str]]:
    return [(step.step, step.status) for step in reader.steps(carrier)]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shell", SHELLS)
def test_the_real_scripts_are_valid_in_every_shell(family: str, shell: str) -> None:
    script = render_script(load_playbook("docker"), family)
    subprocess.run([*shell.split(), "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize("family", FAMILIES)
def test_shellcheck_finds_nothing(family: str, tmp_path: Path) -> None:
    """SC2016: the steps' texts are quoted on purpose."""
    playbook = load_playbook("docker")
    script = render_script(playbook, family)
    known = "export user=x state=x log=x attempt=1"
    steps = "\n".join(
        f"step_{number}() {{ set -eu; {known}\n{step.check}\n{step.run}\n}}"
        for number, step in enumerate(playbook.for_family(family))
    )
    calls = "\n".join(f"step_{n}" for n in range(len(playbook.for_family(family))))
    for name, text in (("script", script), ("steps", f"#!/bin/sh\n{steps}\n{calls}\n")):
        file = tmp_path / name
        file.write_text(text)
        # SC2086: a list of packages is split on purpose. SC2016: quoted texts and traps.
        # SC1091: /etc/os-release is the machine's.
        done = subprocess.run(
            ["shellcheck", "-s", "sh", "-e", "SC2016,SC2086,SC1091", str(file)],
            capture_output=True,
            text=True,
        )
        assert done.stdout == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_second_pass_changes_nothing(host: Host, shell: str) -> None:
    script = host.script(host.step("one"), host.step("two", reconnect="true"))
    code, first = host.run(script, shell=shell)
    assert code == 0
    assert statuses(first) == [("one", "changed"), ("two", "changed")]
    assert [step.reconnect for step in first.steps("ssh")] == [False, True]
    code, second = host.run(script, shell=shell)
    assert code == 0
    assert second.done
    assert statuses(second) == [("one", "ok"), ("two", "ok")]


def test_a_check_stops_at_its_first_failure(host: Host) -> None:
    check = f"[ -e {host.folder}/one ]; true"
    _, reader = host.run(host.script(host.step("one", check=check)))
    assert statuses(reader) == [("one", "changed")]


def test_a_failing_step_ends_the_pass_with_its_last_lines(host: Host) -> None:
    script = host.script(
        host.step("bad", run="seq 1 40; echo E: broken >&2; exit 9"), host.step("after")
    )
    code, reader = host.run(script)
    assert code == 1
    assert reader.failed is not None
    assert (reader.failed.step, reader.failed.exit) == ("bad", 9)
    assert reader.failed.output == (*(str(n) for n in range(27, 41)), "E: broken")
    assert not (host.folder / "after").exists()
    assert not (host.state / "test.done").exists()


def test_a_step_that_does_not_do_what_it_says_fails(host: Host) -> None:
    code, reader = host.run(host.script(host.step("liar", run="true")))
    assert code == 1
    assert reader.failed is not None
    assert reader.failed.exit == 70
    assert reader.failed.output == ("the check of step liar still fails",)


def test_a_step_that_hangs_is_ended(host: Host) -> None:
    code, reader = host.run(host.script(host.step("slow", run="sleep 60", timeout=1)))
    assert code == 1
    assert reader.failed is not None
    assert reader.failed.exit == 124


def test_a_retry_helps_and_is_reported(host: Host) -> None:
    run = f"[ $attempt -gt 1 ]; touch {host.folder}/flaky"
    process = host.start(host.script(host.step("flaky", run=run, retries=1)))
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "step=flaky status=retrying attempt=1 exit=1" in out
    assert "step=flaky status=changed" in out


def test_steps_for_another_system_are_skipped(host: Host) -> None:
    script = host.script(host.step("other", when="{os: plan9}"), host.step("one"))
    _, reader = host.run(script)
    assert statuses(reader) == [("other", "skipped"), ("one", "changed")]


def test_a_half_received_script_does_nothing(host: Host) -> None:
    script = host.script(host.step("one"))
    for length in range(0, len(script) - len("main\n") + 1, 97):
        process = host.start(script[:length])
        process.communicate(timeout=60)
    assert not (host.folder / "one").exists()


def test_the_boot_carrier_is_done_once(host: Host) -> None:
    script = host.script(host.step("one"))
    assert host.run(script, "boot", "5")[0] == 0
    (host.folder / "one").unlink()
    code, reader = host.run(script, "boot", "5")
    assert code == 0
    assert statuses(reader, "boot") == []
    assert host.run(script, "ssh", "5")[0] == 0
    assert (host.folder / "one").exists()


def test_the_ssh_pass_waits_for_the_boot_run_and_shows_its_steps(host: Host) -> None:
    go = host.folder / "go"
    slow = f"until [ -e {go} ]; do sleep 0.05; done; touch {host.folder}/slow"
    script = host.script(host.step("slow", run=slow), host.step("next"))
    boot = host.start(script, "boot", "30")
    eventually(lambda: host.log.exists() and "step=slow" in host.log.read_text(), "it began")
    ssh = host.start(script, "ssh", "30")
    assert ssh.stdout is not None
    assert ssh.stdout.readline() == "@longshore playbook=test carrier=ssh status=waiting\n"
    running = "@longshore playbook=test carrier=boot step=slow status=running\n"
    assert ssh.stdout.readline() == running
    go.touch()
    out, _ = ssh.communicate(timeout=60)
    boot.communicate(timeout=60)
    assert (boot.returncode, ssh.returncode) == (0, 0)
    reader = ReportReader()
    for line in out.splitlines():
        reader.feed(line)
    assert statuses(reader, "boot") == [("slow", "changed"), ("next", "changed")]
    assert statuses(reader) == [("slow", "ok"), ("next", "ok")]


def test_a_lock_that_is_held_for_ever_is_told(host: Host) -> None:
    with host.lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, reader = host.run(host.script(host.step("one")), "ssh", "1")
    assert code == 75
    assert reader.busy is not None
    assert reader.busy.seconds >= 1
    assert not (host.folder / "one").exists()


def test_a_killed_run_leaves_no_lock_and_is_gone_on_with(host: Host) -> None:
    slow = f"[ -e {host.folder}/go ]; touch {host.folder}/slow"
    hang = f"touch {host.folder}/begun; sleep 600"
    first = host.script(host.step("one"), host.step("slow", run=hang))
    process = host.start(first)
    eventually((host.folder / "begun").exists, "the slow step began")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DEADLINE)
    (host.folder / "go").touch()
    code, reader = host.run(host.script(host.step("one"), host.step("slow", run=slow)), "ssh", "5")
    assert code == 0
    assert statuses(reader) == [("one", "ok"), ("slow", "changed")]


def test_a_reader_that_goes_away_does_not_stop_the_work(host: Host) -> None:
    go = host.folder / "go"
    slow = f"until [ -e {go} ]; do sleep 0.05; done; touch {host.folder}/slow"
    process = host.start(host.script(host.step("slow", run=slow), host.step("last")))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    process.stderr.close()
    go.touch()
    assert process.wait(60) == 0
    assert (host.folder / "last").exists()
    assert (host.state / "test.done").exists()
