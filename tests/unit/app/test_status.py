"""What `status` shows when one of several clouds cannot be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from orchestrator.app import status as module
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.sink import Recorder
from orchestrator.reporting.status import StatusReport, UnansweredPlace
from orchestrator.spec.model import Size, Target
from orchestrator.state.machines import MachineRecord
from providers.contract.errors import AuthError
from providers.contract.types import CloudMachine, Place

AWS, GCP = Place("aws", "us-east-1"), Place("gcp", "us-west1")
US = Target("us", *AWS, Size(cpu=2))
EU = Target("eu", *GCP, Size(cpu=2), count=2)
DENIED = AuthError("who are you", provider="gcp", operation="list", advice="sign in")
RECORD = MachineRecord("eu-1", "eu", *GCP, "id", "token", "192.0.2.9", "pin")
MACHINE = CloudMachine(
    id="i-us-1",
    name="us-1",
    target="us",
    provider="aws",
    region="us-east-1",
    zone="us-east-1a",
    type="t3.small",
    state="running",
    address="192.0.2.1",
    private_address=None,
    token="us-1-1",
    created="",
    tags={},
)


Shown = tuple[ExitCode, StatusReport]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[[Survey], Shown]:
    def run(survey: Survey) -> Shown:
        recorder = Recorder()
        session = SimpleNamespace(
            survey=lambda *, partial: survey if partial else None,
            project=SimpleNamespace(targets=(US, EU), between=None),
            store=SimpleNamespace(machines=SimpleNamespace(all=lambda: {"eu-1": RECORD})),
        )

        @contextmanager
        def opened(*_: object, **__: object) -> Iterator[SimpleNamespace]:
            yield session

        monkeypatch.setattr(module, "open_session", opened)
        invocation = Invocation("status", "text", False, None, Path("longshore.yaml"), False)
        code = module.status(invocation, recorder, Cancellation())
        (report,) = recorder.events
        return code, cast(StatusReport, report)

    return run


def test_the_others_are_shown_and_what_is_there_is_unknown(
    show: Callable[[Survey], Shown],
) -> None:
    view = MachineView(MACHINE, "ok", True, True)
    code, report = show(Survey((view,), (), (AWS, GCP), unanswered={GCP: DENIED}))
    assert code == ExitCode.AUTH
    assert report.unanswered == (
        UnansweredPlace("gcp", "us-west1", "gcp list: who are you", "sign in"),
    )
    assert [(row.machine, row.state, row.address, row.region) for row in report.rows] == [
        ("us-1", "running", "192.0.2.1", "us-east-1"),
        ("eu-1", "unknown", "192.0.2.9", "us-west1"),
        ("eu-2", "unknown", "", "us-west1"),
    ]


def test_when_all_have_answered_what_is_not_there_is_absent(
    show: Callable[[Survey], Shown],
) -> None:
    code, report = show(Survey((), (), (AWS, GCP)))
    assert code == ExitCode.DONE
    assert [(row.machine, row.state) for row in report.rows] == [
        ("us-1", "absent"),
        ("eu-1", "absent"),
        ("eu-2", "absent"),
    ]
