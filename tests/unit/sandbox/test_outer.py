"""Reading the outer machine's release and APT sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.sandbox.errors import SandboxError
from providers.sandbox.outer import (
    Release,
    Source,
    move_suites,
    parse_deb822,
    parse_one_line,
    read_release,
    release_files,
    release_for,
    release_source,
)

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN = f"""\
Types: deb
# a comment in the middle
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEYRING}

Types: deb-src
URIs: http://mirror.example/source
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://mirror.example/disabled
Suites: bookworm
Components: main
"""
BOOKWORM = Release("debian", "bookworm")


def test_release_is_read() -> None:
    text = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_CODENAME=bookworm\n'
    assert read_release(text) == BOOKWORM


def test_release_without_codename_is_refused_with_a_way_out() -> None:
    with pytest.raises(SandboxError, match="cannot bootstrap Arch Linux") as caught:
        read_release('PRETTY_NAME="Arch Linux"\nID=arch\n')
    assert "LONGSHORE_SANDBOX_BASE" in caught.value.advice


def test_deb822_leaves_out_sources_and_disabled_stanzas() -> None:
    assert parse_deb822(DEBIAN) == [
        Source(
            "http://mirror.example/debian",
            ("bookworm", "bookworm-updates"),
            ("main", "contrib"),
            Path(KEYRING),
        )
    ]


def test_one_line_style() -> None:
    text = (
        "# deb http://no.example/ x main\n"
        f"deb [arch=amd64 signed-by={KEYRING}] http://mirror.example/debian bookworm main # why\n"
        "deb-src http://mirror.example/debian bookworm main\n"
    )
    assert parse_one_line(text) == [
        Source("http://mirror.example/debian", ("bookworm",), ("main",), Path(KEYRING))
    ]


def test_third_party_sources_stay_outside() -> None:
    files = {
        "/etc/apt/sources.list.d/debian.sources": DEBIAN,
        "/etc/apt/sources.list.d/other.list": "deb http://other.example/apt stable main\n",
    }
    assert list(release_files(BOOKWORM, files)) == ["/etc/apt/sources.list.d/debian.sources"]


def test_no_source_for_the_release_is_an_error() -> None:
    with pytest.raises(SandboxError, match="holds trixie main"):
        release_source(Release("debian", "trixie"), parse_deb822(DEBIAN))


TRIXIE = Release("debian", "trixie")


def test_another_release_of_the_same_mirror() -> None:
    moved = move_suites(DEBIAN, BOOKWORM, TRIXIE)
    assert parse_deb822(moved) == [
        Source(
            "http://mirror.example/debian",
            ("trixie", "trixie-updates"),
            ("main", "contrib"),
            Path(KEYRING),
        )
    ]
    line = "deb [signed-by=/k/bookworm.gpg] http://m.example bookworm-security main\n"
    assert move_suites(line, BOOKWORM, TRIXIE) == (
        "deb [signed-by=/k/bookworm.gpg] http://m.example trixie-security main\n"
    )


def test_a_derivative_has_its_own_release_only() -> None:
    noble = Release("ubuntu", "noble")
    assert release_for(BOOKWORM, "trixie", default=False) == TRIXIE
    assert release_for(noble, "bookworm", default=True) == noble
    with pytest.raises(SandboxError, match="from the APT sources of ubuntu") as caught:
        release_for(noble, "trixie", default=False)
    assert "LONGSHORE_SANDBOX_BASE=debian:{version}" in caught.value.advice
