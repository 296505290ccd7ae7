"""The lines for logs, exactly."""

from __future__ import annotations

import io
from collections.abc import Callable

from orchestrator.reporting import events as ev
from orchestrator.reporting.plain import Plain

EXPECTED = """\
     0.0s run       up shop/production, longshore 0.1.0
     1.2s plan      + firewall longshore-shop-production-us
     1.2s plan      + machine us-1: t3.small in us-east-1a
     1.2s plan      + container web on us-1: hello:latest
     1.2s plan      ~ container web on eu-1: image 3f2a to 9c1d
     1.2s plan      - container old on eu-1
     1.2s warning   port 8080 will be open to everyone
     1.2s planned   3 to create, 1 to update, 1 to delete, 1 unknown, 1 unchanged
     1.5s started   image hello
     1.6s build     hello | Step 1/3 : FROM scratch
     1.7s started   machine us-1: t3.small in us-east-1a
     2.0s retry     aws RunInstances: RequestLimitExceeded; try 1 failed, again in 1.2s
     2.1s fallback  us-east-1b instead of us-east-1a: InsufficientInstanceCapacity
     2.2s skipped   host key rotation on us-2: done in an earlier run
     2.3s notice    this machine reaches the cloud from 203.0.113.7
     2.4s warning   the disk is 91% full; remove old images
     2.5s adopted   machine us-2 (i-0abc): it carries our tags
     9.0s step      us-1: install docker, changed in 6.2s
     9.1s finished  machine us-1 in 7.4s
     9.2s started   image hello on us-1
     9.3s progress  hello on us-1: sending 3 of 5 layers, 0 B of 12.0 MiB
    19.4s progress  hello on us-1: sending 3 of 5 layers, 9.0 of 12.0 MiB
    20.0s finished  image hello on us-1 unchanged, in 10.8s
    20.1s started   container web on us-1
    50.3s failed    container web on us-1 after 30.2s: not healthy within 30 s
    50.3s detail    container web on us-1 | Traceback (most recent call last):
    50.3s detail    container web on us-1 |   KeyError: 'DB'
    50.3s advice    container web on us-1: read the log above
    50.4s url       web on eu-1: http://198.51.100.23:8080
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
    50.7s stopping  SIGINT: stopping at the next safe point
    51.0s end       failed, exit code 1
"""


def test_scripted_run_reads_exactly_so(play: Callable[..., None]) -> None:
    out = io.StringIO()
    play(Plain(out))
    assert out.getvalue() == EXPECTED


def test_answer_stands_alone_where_the_run_is_not_narrated(play: Callable[..., None]) -> None:
    out, err = io.StringIO(), io.StringIO()
    events = (
        (0.0, ev.RunStarted("logs", "shop", "production", "0.1.0")),
        (0.1, ev.Warned("us-2 does not answer")),
        (0.2, ev.ServiceLog("us-1", "web", "hello")),
        (0.3, ev.RunFinished("done", 0.3, 0)),
    )
    play(Plain(out, err=err, narrate=False), events)
    assert out.getvalue() == "us-1 web | hello\n"
    assert err.getvalue() == "     0.1s warning   us-2 does not answer\n"


def test_message_of_several_lines_stays_one_line(play: Callable[..., None]) -> None:
    out = io.StringIO()
    play(Plain(out), ((0.0, ev.Notice("one\ntwo\x1b]0;title\x07\rthree")),))
    assert out.getvalue() == "     0.0s notice    one two three\n"


def test_empty_plan_says_so(play: Callable[..., None]) -> None:
    out = io.StringIO()
    plan = ev.PlanReady((ev.PlannedChange("none", "machine", "us-1"),))
    play(Plain(out), ((0.0, plan),))
    assert out.getvalue() == "     0.0s planned   no changes, 1 unchanged\n"


def test_plan_with_a_machine_that_could_not_be_asked_is_not_empty(
    play: Callable[..., None],
) -> None:
    out = io.StringIO()
    plan = ev.PlanReady((ev.PlannedChange("none", "machine", "us-1"),), unknown=("us-2", "us-3"))
    assert not plan.empty
    play(Plain(out), ((0.0, plan),))
    assert out.getvalue() == "     0.0s planned   2 unknown, 1 unchanged\n"


def test_a_machine_is_named_once(play: Callable[..., None]) -> None:
    out = io.StringIO()
    play(Plain(out), ((0.0, ev.OperationStarted("d", "destroy", "machine us-1", "us-1")),))
    assert out.getvalue() == "     0.0s started   destroy machine us-1\n"
