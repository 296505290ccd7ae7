"""Reading known_hosts as OpenSSH does: patterns, hashes, ports and markers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from orchestrator.machines.hostkeys import fingerprint, openssh_fingerprint, pin_of
from orchestrator.machines.known_hosts import (
    KnownHost,
    known_hosts_files,
    look_up,
    matches,
    parse_line,
    read_known_hosts,
)


def key(kind: str, seed: str) -> str:
    """A public key line of some type; only its form matters here."""
    name = kind.encode()
    blob = len(name).to_bytes(4, "big") + name + seed.encode() * 8
    return f"{kind} {base64.b64encode(blob).decode()}"


ED, OTHER_ED, RSA = key("ssh-ed25519", "a"), key("ssh-ed25519", "b"), key("ssh-rsa", "c")


def hashed(name: str) -> str:
    salt = b"0123456789abcdef0123"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def known(text: str, address: str, port: int = 22) -> KnownHost:
    lines = [parse_line(line) for line in text.splitlines()]
    return look_up([line for line in lines if line is not None], address, port)


@pytest.mark.parametrize(
    ("hosts", "name", "matching"),
    [
        ("db.example.com", "db.example.com", True),
        ("DB.Example.com", "db.example.com", True),
        ("db.example.com,192.0.2.10", "192.0.2.10", True),
        ("*.example.com", "db.example.com", True),
        ("*.example.com", "example.com", False),
        ("192.0.2.?", "192.0.2.7", True),
        ("192.0.2.?", "192.0.2.10", False),
        ("*.example.com,!db.example.com", "db.example.com", False),
        ("!db.example.com", "web.example.com", False),
        ("[db.example.com]:2222", "[db.example.com]:2222", True),
        ("[db.example.com]:2222", "db.example.com", False),
        ("[*.example.com]:2222", "[db.example.com]:2222", True),
        ("db.example.com", "[db.example.com]:2222", False),
        (hashed("db.example.com"), "db.example.com", True),
        (hashed("db.example.com"), "web.example.com", False),
        (hashed("[db.example.com]:2222"), "[db.example.com]:2222", True),
        ("|1|not base64|x", "db.example.com", False),
        ("|2|a|b", "db.example.com", False),
    ],
)
def test_what_a_line_stands_for(hosts: str, name: str, matching: bool) -> None:
    assert matches(hosts, name) is matching


def test_every_key_of_a_server_counts_in_the_order_of_the_lines() -> None:
    found = known(f"db {RSA}\nother {OTHER_ED}\ndb {ED} a comment\n", "db")
    assert found.pins == {fingerprint(RSA), fingerprint(ED)}
    assert found.types == ("ssh-rsa", "ssh-ed25519")
    assert (found.revoked, found.authority) == (frozenset(), False)


def test_the_port_belongs_to_the_name() -> None:
    text = f"db {ED}\n[db]:2222 {RSA}\n"
    assert known(text, "db").types == ("ssh-ed25519",)
    assert known(text, "db", 2222).types == ("ssh-rsa",)
    assert known(text, "db", 2200) == KnownHost()


@pytest.mark.parametrize("first", [True, False])
def test_a_revoked_key_is_no_key_wherever_its_line_stands(first: bool) -> None:
    lines = [f"@revoked * {ED}", f"db {ED}", f"db {RSA}"]
    found = known("\n".join(lines if first else reversed(lines)), "db")
    assert found.pins == {fingerprint(RSA)}
    assert found.revoked == {fingerprint(ED)}


def test_an_authority_is_no_key_of_the_server() -> None:
    found = known(f"@cert-authority *.example.com {ED}\n", "db.example.com")
    assert (found.pins, found.authority) == (frozenset(), True)
    assert not known(f"@cert-authority *.example.com {ED}\n", "db").authority


def test_types_that_nobody_should_use_are_left_out() -> None:
    assert known(f"db {key('ssh-dss', 'd')}\n", "db") == KnownHost()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a comment",
        "db",
        "db ssh-ed25519",
        "db ssh-ed25519 not-base64!",
        f"db ssh-rsa {ED.split()[1]}",
        f"@unknown db {ED}",
        "1024 35 12345678901234567890",
    ],
)
def test_lines_that_are_passed_over(line: str) -> None:
    assert parse_line(line) is None


def test_files_that_are_not_there_have_no_lines(tmp_path: Path) -> None:
    file = tmp_path / ".ssh" / "known_hosts"
    file.parent.mkdir()
    file.write_text(f"db {ED}\n\n# x\n")
    files = known_hosts_files({"HOME": str(tmp_path)})
    assert file in files
    assert len(read_known_hosts([file, tmp_path / "nope"])) == 1


def test_a_fingerprint_is_a_pin_in_other_letters() -> None:
    pin = fingerprint(ED)
    assert openssh_fingerprint(pin).startswith("SHA256:")
    assert pin_of(openssh_fingerprint(pin)) == pin
    for wrong in ("MD5:aa", "SHA256:short", pin):
        with pytest.raises(ValueError, match="not an OpenSSH fingerprint"):
            pin_of(wrong)
