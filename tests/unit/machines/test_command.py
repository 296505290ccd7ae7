"""Commands are data: quoted in one place, masked wherever they are shown."""

from __future__ import annotations

import pytest

from orchestrator.machines.command import Command, CommandFailed, CommandTimeout, Completed
from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.files import put_command
from orchestrator.machines.unixsocket import diagnosis, dial_stdio

ENDPOINT = Endpoint("192.0.2.7", 22, "longshore", "us-1")

QUOTING = [
    (("true",), "true"),
    (("echo", "a b"), "echo 'a b'"),
    (("echo", ""), "echo ''"),
    (("echo", "it's"), "echo 'it'\"'\"'s'"),
    (("echo", "$HOME", "`id`"), "echo '$HOME' '`id`'"),
    (("echo", "a\nb"), "echo 'a\nb'"),
    (("rm", "-f", "--", "*"), "rm -f -- '*'"),
    (("sh", "-c", "x && y"), "sh -c 'x && y'"),
]


@pytest.mark.parametrize(("argv", "line"), QUOTING)
def test_arguments_are_quoted(argv: tuple[str, ...], line: str) -> None:
    assert Command(argv).line_without_deadline == line
    assert Command(argv).line == f"timeout -k 5 61 {line}"


def test_sudo_never_prompts_and_keeps_the_deadline_as_root() -> None:
    command = Command(("id", "-u"), sudo=True, deadline=2.5)
    assert command.line == "sudo -n -- timeout -k 5 3.5 id -u"
    assert command.shown == "sudo -n -- id -u"


def completed(command: Command, status: int, out: bytes = b"", err: bytes = b"") -> Completed:
    return Completed(ENDPOINT, command, status, out, err, 0.1)


def test_a_failure_shows_the_last_lines_with_secrets_masked() -> None:
    command = Command(("login", "hunter2hunter2"), secrets=frozenset({"hunter2", "hunter2hunter2"}))
    err = "".join(f"line {n}\n" for n in range(20)) + "bad token hunter2\n"
    with pytest.raises(CommandFailed) as caught:
        completed(command, 5, err=err.encode()).check()
    lines = str(caught.value).splitlines()
    assert lines[0] == "us-1 (192.0.2.7:22): `login ********`: exit 5"
    assert lines[1:] == [*(f"  line {n}" for n in range(9, 20)), "  bad token ********"]
    assert "hunter2" not in repr(command).replace("'hunter2hunter2'", "")


def test_status_zero_passes_and_comes_back() -> None:
    done = completed(Command(("true",)), 0, out=b"ok\xff")
    assert done.check() is done
    assert done.text == "ok\ufffd"


def test_long_scripts_are_cut_where_they_are_shown() -> None:
    shown = Command(("sh", "-c", "echo one\n" * 100)).shown
    assert len(shown) == 160
    assert shown.endswith("...")
    assert "\n" not in shown


def test_a_timeout_says_how_long_and_what_came() -> None:
    partial = completed(Command(("sleep", "9"), deadline=2), -1, out=b"so far\n")
    error = CommandTimeout(partial)
    assert str(error) == "us-1 (192.0.2.7:22): `sleep 9` did not end within 2 s\n  so far"


def test_input_and_secrets_stay_out_of_representations() -> None:
    command = Command(("cat",), stdin=b"hunter2", secrets=frozenset({"hunter2"}))
    assert "hunter2" not in repr(command)


def test_a_file_is_written_in_one_command() -> None:
    command = put_command("/etc/it's", b"data", 0o640, sudo=True, deadline=9)
    assert command.argv[:2] == ("sh", "-c")
    assert command.argv[3:] == ("sh", "/etc/it's", "0640", "4")
    assert (command.stdin, command.sudo, command.deadline) == (b"data", True, 9)


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match="absolute path"):
        put_command("etc/passwd", b"", 0o644, sudo=False, deadline=9)


def test_socket_commands_pass_paths_as_arguments() -> None:
    assert diagnosis("/run/a b.sock").argv[-1] == "/run/a b.sock"
    assert dial_stdio(check=True).argv[-1] == "check"
    assert dial_stdio(check=False).argv[-1] == "again"


def test_an_endpoint_reads_as_people_write_it() -> None:
    assert str(ENDPOINT) == "us-1 (192.0.2.7:22)"
    assert str(Endpoint("2001:db8::1", 22, "u", "eu-1")) == "eu-1 ([2001:db8::1]:22)"
