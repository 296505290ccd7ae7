"""Buffers, lines, facts, waits, and the bytes of a channel open."""

from __future__ import annotations

import tomllib
from pathlib import Path

import paramiko
import pytest

from orchestrator.errors import LongshoreError
from orchestrator.machines import streamlocal
from orchestrator.machines.bounded import BoundedBuffer
from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.errors import Unreachable
from orchestrator.machines.facts import parse_facts
from orchestrator.machines.keys import authorized_key, public_key_beside
from orchestrator.machines.lines import LONGEST, LineSplitter
from orchestrator.machines.patience import CONNECT_WAITS, REFUSED_WAITS, nth

ROOT = Path(__file__).parents[3]


def test_a_streamlocal_open_is_encoded_as_openssh_reads_it() -> None:
    assert streamlocal.streamlocal_payload("/run/x.sock") == (
        b"\0\0\0\x0b/run/x.sock\0\0\0\0\0\0\0\0"
    )


def test_a_tcp_open_is_encoded_as_rfc_4254_says() -> None:
    assert streamlocal.tcpip_payload("db", 5432) == (
        b"\0\0\0\x02db\0\0\x15\x38\0\0\0\x09127.0.0.1\0\0\0\0"
    )


def test_paramiko_is_bound_to_the_versions_that_were_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    least, most = min(streamlocal.TESTED), max(streamlocal.TESTED) + 1
    assert f"paramiko>={least}.0,<{most}" in project["dependencies"]
    assert int(paramiko.__version__.split(".")[0]) in streamlocal.TESTED


def test_only_one_file_touches_paramikos_internals() -> None:
    for path in (ROOT / "orchestrator").rglob("*.py"):
        if path.name != "streamlocal.py":
            text = path.read_text()
            assert "transport._" not in text.replace("self._transport._", "transport._"), path
            assert "channel._" not in text, path


def test_a_buffer_keeps_the_end() -> None:
    buffer = BoundedBuffer(10)
    for chunk in (b"aaaa", b"bbbb", b"cccc", b"dddd"):
        buffer.add(chunk)
    assert buffer.value() == b"ccccdddd"
    assert buffer.dropped == 8


def test_one_chunk_is_kept_however_large() -> None:
    buffer = BoundedBuffer(2)
    buffer.add(b"abcdef")
    assert (buffer.value(), buffer.dropped) == (b"abcdef", 0)


def test_lines_are_put_together_across_chunks() -> None:
    seen: list[str] = []
    lines = LineSplitter(seen.append)
    for chunk in (b"on", b"e\ntwo\r\n", b"\n", "dr\u00e9i".encode()[:3], "dr\u00e9i".encode()[3:]):
        lines.feed(chunk)
    assert seen == ["one", "two", ""]
    lines.end()
    lines.end()
    assert seen == ["one", "two", "", "dr\u00e9i"]


def test_a_line_without_end_does_not_grow() -> None:
    seen: list[str] = []
    lines = LineSplitter(seen.append)
    for _ in range(5):
        lines.feed(b"x" * LONGEST)
    assert [len(line) for line in seen] == [LONGEST] * 4


def test_waits_begin_short_and_stay_bounded() -> None:
    assert [nth(CONNECT_WAITS, n) for n in (1, 2, 10, 11, 1000)] == [0.1, 0.1, 0.1, 0.2, 1.0]


def test_refused_sign_ins_stay_below_opensshs_penalties() -> None:
    """5 s of penalty for each refusal, blocked from 15 s on, forgiven as time passes."""
    penalty = 0.0
    for attempt in range(1, 30):
        penalty += 5
        assert penalty < 15
        penalty = max(0.0, penalty - nth(REFUSED_WAITS, attempt))


FACTS = """\
os_id=ubuntu
os_version=24.04
os_name=Ubuntu 24.04.1 LTS
arch=aarch64
kernel=6.8.0-1018-aws
hostname=us-1
user=longshore
groups=longshore docker
cpus=2
memory=4061134848
disk=20957446144
disk_free=18743234560
docker_socket=yes
"""


def test_facts_are_read() -> None:
    facts = parse_facts(FACTS)
    assert (facts.os_family, facts.os_id, facts.os_version) == ("debian", "ubuntu", "24.04")
    assert (facts.arch, facts.cpus, facts.memory) == ("arm64", 2, 4061134848)
    assert facts.groups == {"longshore", "docker"}
    assert facts.disk_free == 18743234560
    assert facts.docker_socket
    assert not facts.systemd


def test_an_unknown_system_has_no_family() -> None:
    assert parse_facts(FACTS.replace("os_id=ubuntu", "os_id=plan9")).os_family == ""


@pytest.mark.parametrize("line", ["memory=", "cpus=many", "disk_free="])
def test_facts_that_make_no_sense_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        parse_facts(FACTS + line + "\n")


def test_a_missing_fact_is_refused() -> None:
    with pytest.raises(KeyError):
        parse_facts(FACTS.replace("memory=4061134848\n", ""))


def test_the_public_half_beside_a_key_is_used(tmp_path: Path) -> None:
    key = tmp_path / "id"
    assert public_key_beside(key) is None
    (tmp_path / "id.pub").write_text("ssh-ed25519 AAAA me@home\n")
    assert authorized_key(Login(key)) == "ssh-ed25519 AAAA me@home"
    (tmp_path / "id.pub").write_text("two\nlines\n")
    assert public_key_beside(key) is None


def test_no_key_at_all_is_said() -> None:
    with pytest.raises(LongshoreError, match="no SSH key to sign in with"):
        authorized_key(Login(None))


def test_an_unreachable_machine_tells_the_last_reason() -> None:
    error = Unreachable(Endpoint("192.0.2.1", 22, "u", "us-1"), 60, "the port is closed")
    assert str(error) == ("us-1 (192.0.2.1:22): no SSH session within 60 s: the port is closed")
