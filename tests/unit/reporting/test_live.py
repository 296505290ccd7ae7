"""What a person sees: the text that stays, and the lines that are redrawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.console import Console

from orchestrator.reporting import events as ev
from orchestrator.reporting.live import Live
from orchestrator.reporting.live.board import Board, Task
from orchestrator.reporting.sink import Envelope

SCROLLED = """\
up shop/production
├── target us
│   ├── + firewall longshore-shop-production-us
│   └── + machine us-1  t3.small in us-east-1a
│       └── + container web  hello:latest
└── target eu
    └── machine eu-1
        ├── ~ container web  image 3f2a to 9c1d
        └── - container old
! port 8080 will be open to everyone
3 to create, 1 to update, 1 to delete, 1 unknown, 1 unchanged.
· aws RunInstances: RequestLimitExceeded (try 1 failed, again in 1.2s)
· us-east-1b instead of us-east-1a (InsufficientInstanceCapacity)
· skipped host key rotation on us-2 (done in an earlier run)
· this machine reaches the cloud from 203.0.113.7
! the disk is 91% full; remove old images
· adopted machine us-2 (i-0abc) (it carries our tags)
· us-1     install docker  6.2s
✓ us-1     machine us-1  7.4s
✓ us-1     image hello  unchanged  10.8s
✗ us-1     container web  failed  30.2s
╭─ container web on us-1 ──────────────────────────────────────────────────────╮
│ not healthy within 30 s                                                      │
│ Traceback (most recent call last):                                           │
│   KeyError: 'DB'                                                             │
│ read the log above                                                           │
╰──────────────────────────────────────────────────────────────────────────────╯
us-1 web | listening on 8080
MACHINE  STATE    ADDRESS        PROVIDER  REGION     ZONE        TYPE
us-1     running  198.51.100.23  aws       us-east-1  us-east-1a  t3.small
  web     running  healthy  hello:1  r2  http://198.51.100.23:8080
  worker  exited            hello:1  r2
us-2     unknown  -              aws       us-east-1  us-east-1b  t3.small
  note: no answer on port 22 within 10 s
unknown: gcp europe-west1: who are you; sign in
WHERE          CHECK       SUBJECT           VERDICT  FOUND
this machine   git         /shop             ok       at commit d7e7f48
aws us-east-1  permission  2 calls           ok       allowed
aws us-east-1  permission  ec2:RunInstances  failed   not allowed
  advice: grant it
aws us-east-1  clock       this machine      unknown  AWS did not tell
5 checks: 1 failed, 1 unknown, 3 ok
! stopping at the next safe point
web  eu-1  http://198.51.100.23:8080
✗ failed in 51.0s
"""


class Utf8(io.StringIO):
    encoding = "utf-8"


def test_what_stays_of_the_scripted_run(play: Callable[..., None]) -> None:
    out = Utf8()
    play(Live(Console(file=out, width=80)))
    assert out.getvalue() == SCROLLED


def test_plan_that_changes_nothing_has_no_tree(play: Callable[..., None]) -> None:
    out = Utf8()
    plan = ev.PlanReady((), ("us-2 is unknown: no answer",), ("us-2",))
    play(Live(Console(file=out, width=80)), ((0.0, plan),))
    assert out.getvalue() == "! us-2 is unknown: no answer\n1 unknown.\n"


def test_a_machine_that_takes_anothers_place_is_told_beside_it(
    play: Callable[..., None],
) -> None:
    out = Utf8()
    plan = ev.PlanReady(
        (
            ev.PlannedChange("create", "machine", "us-1", "us", "us-1", "gcp us-central1"),
            ev.PlannedChange("create", "container", "web", "us", "us-1"),
            ev.PlannedChange("delete", "machine", "us-1", "us", "us-1", "aws us-east-1"),
        )
    )
    play(Live(Console(file=out, width=80)), ((0.0, plan),))
    assert out.getvalue().splitlines()[1:-1] == [
        "└── target us",
        "    ├── + machine us-1  gcp us-central1",
        "    │   └── + container web",
        "    └── - machine us-1  aws us-east-1",
    ]


def test_piped_output_has_no_control_sequence(play: Callable[..., None]) -> None:
    out = Utf8()
    play(Live(Console(file=out, width=120)))
    assert "\x1b" not in out.getvalue()


def test_no_color_is_honoured(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    coloured, bare = Utf8(), Utf8()
    play(Live(Console(file=coloured, width=80, force_terminal=True, color_system="standard")))
    monkeypatch.setenv("NO_COLOR", "1")
    play(Live(Console(file=bare, width=80, force_terminal=True, color_system="standard")))
    assert "\x1b[31m" in coloured.getvalue()
    assert "\x1b[3" not in bare.getvalue().replace("\x1b[3m", "")


def board(width: int, *tasks: Task) -> str:
    shown = Board(clock=lambda: 70.0, spinner="line")
    for task in tasks:
        shown.start(task)
    out = Utf8()
    Console(file=out, width=width, height=8).print(shown)
    return out.getvalue()


MIB = 1024 * 1024
SENDING = Task("i", "us-1", "image hello", 5.0, "sending 3 of 5 layers", 3 * MIB, 12 * MIB)
WAITING = Task("m", "us-2", "machine", 62.0, "waiting for SSH on 198.51.100.24")


def test_one_line_per_machine_at_80_columns() -> None:
    assert board(80, SENDING, WAITING).splitlines() == [
        "- us-1 image hello  sending 3 of 5 layers ━━━          3.0 of 12.0 MiB  1:05",
        "- us-2 machine  waiting for SSH on 198.51.100.24                        0:08",
    ]


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_every_line_fits(width: int) -> None:
    lines = board(width, SENDING, WAITING).splitlines()
    assert len(lines) == 2
    assert all(len(line) <= width for line in lines)


def test_machine_with_several_operations_has_one_line_that_says_so() -> None:
    text = board(120, SENDING, Task("v", "us-1", "volume data", 69.0), WAITING)
    assert [line.split()[1] for line in text.splitlines()] == ["us-1", "us-2"]
    assert "volume data  and 1 more" in text


def test_more_machines_than_lines_are_counted() -> None:
    tasks = [Task(str(n), f"us-{n}", "machine", 60.0) for n in range(1, 21)]
    lines = board(80, *tasks).splitlines()
    assert len(lines) == 5
    assert lines[-1] == "  and 16 more machines"


HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


def test_pause_gives_the_terminal_back_and_the_next_event_takes_it_again() -> None:
    out = Utf8()
    live = Live(Console(file=out, width=80, force_terminal=True))
    started = ev.OperationStarted("a", "machine", "us-1", "us-1")
    live.render(Envelope(datetime.now(UTC), 0.0, started))
    live.pause()
    assert out.getvalue().rindex(SHOW_CURSOR) > out.getvalue().rindex(HIDE_CURSOR)
    live.render(Envelope(datetime.now(UTC), 0.1, ev.Notice("agreed")))
    assert out.getvalue().rindex(HIDE_CURSOR) > out.getvalue().rindex(SHOW_CURSOR)
    live.close()
    assert out.getvalue().rindex(SHOW_CURSOR) > out.getvalue().rindex(HIDE_CURSOR)
