"""The user's name, also where the system does not know the user."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import NoReturn

import pytest

from orchestrator.planning.rules import deployer_name
from orchestrator.state.lock import LockedError, state_lock
from orchestrator.who import who


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a name, as with `docker run -u 12345`."""

    def unknown(uid: int) -> NoReturn:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_the_environment_names_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    assert who() == "ann"


@pytest.mark.usefixtures("nobody")
def test_a_user_without_a_name_is_a_number() -> None:
    assert who() == "uid-12345"


@pytest.mark.usefixtures("nobody")
def test_a_user_without_a_name_can_lease_a_rule() -> None:
    assert deployer_name().startswith("uid-12345@")


def test_a_user_without_a_name_can_hold_the_lock(tmp_path: Path, nobody: None) -> None:
    with (
        state_lock(tmp_path, "up"),
        pytest.raises(LockedError, match="by uid-12345@"),
        state_lock(tmp_path, "down"),
    ):
        pass
