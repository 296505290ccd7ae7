"""The lists of images on a server, by the scripts that keep them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orchestrator.operations import put_there


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "images"


def ran(folder: Path, script: str, *arguments: str) -> list[str]:
    moved = script.replace(put_there.FOLDER, str(folder))
    done = subprocess.run(
        ["sh", "-c", moved, "sh", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_what_comes_is_on_the_list_once_and_in_order(folder: Path) -> None:
    assert ran(folder, put_there._READ, "shop.eu") == []
    for name in ("longshore/delivered:1", "web:2", "longshore/delivered:1"):
        ran(folder, put_there._ADD, "shop.eu", name)
    assert ran(folder, put_there._READ, "shop.eu") == ["longshore/delivered:1", "web:2"]


def test_what_another_environment_needs_too_is_left_to_the_last(folder: Path) -> None:
    for environment, name in (("shop.eu", "web:2"), ("shop.us", "web:2"), ("shop.eu", "web:3")):
        ran(folder, put_there._ADD, environment, name)
    assert ran(folder, put_there._READ, "shop.eu") == ["web:3"]
    ran(folder, put_there._FORGET, "shop.eu")
    assert ran(folder, put_there._READ, "shop.us") == ["web:2"]
    ran(folder, put_there._FORGET, "shop.us")
    assert not folder.exists()
