"""`exec -t` where there is no terminal to connect."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.app.execute import execute
from orchestrator.cancellation import Cancellation
from orchestrator.engine.terminal import Terminal
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.reporting.sink import Recorder


def test_a_terminal_that_is_not_there_is_said_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Terminal, "is_one", False)
    nothing = Invocation(file=tmp_path / "no-project.yaml")
    with pytest.raises(LongshoreError, match="there is none here") as caught:
        execute(nothing, Recorder(), Cancellation(), "web", None, ("sh",), True)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
