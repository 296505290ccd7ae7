"""The runner: order, parallelism, failure, interruption, journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import LongshoreError
from orchestrator.execution.runner import Result, Runner
from orchestrator.operations.context import Context
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.operation import Operation
from orchestrator.operations.providers import Providers
from orchestrator.reporting.events import OperationFailed, OperationFinished, Skipped
from orchestrator.reporting.sink import Recorder
from orchestrator.spec.model import Project
from orchestrator.state.store import Store
from providers.contract.errors import QuotaError
from providers.contract.types import Owner, Resource

WAIT = 10.0


@dataclass(frozen=True, kw_only=True)
class Step(Operation):
    """An operation that does what the test says."""

    kind: ClassVar[str] = "step"

    name: str
    work: Callable[[Context], bool] = lambda _: True

    @property
    def subject(self) -> str:
        return self.name

    def apply(self, context: Context) -> bool:
        return self.work(context)


def step(name: str, *needs: str, work: Callable[[Context], bool] = lambda _: True) -> Step:
    return Step(name=name, work=work, needs=frozenset(f"step::{need}" for need in needs))


@dataclass
class Bench:
    """A context with a real journal and a recording sink."""

    context: Context
    recorder: Recorder

    def run(self, *operations: Operation) -> Result:
        return Runner(operations, self.context).run()

    def finished(self) -> list[str]:
        return [e.subject for e in self.recorder.events if isinstance(e, OperationFinished)]

    def journal(self) -> dict[str, str]:
        rows = self.context.store._database.rows("SELECT subject, status FROM journal")
        return {row["subject"]: row["status"] for row in rows}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    recorder = Recorder()
    store = Store(tmp_path, "production")
    store.journal.begin("up")
    return Bench(
        Context(
            project=cast(Project, None),
            owner=Owner("shop", "production"),
            store=store,
            sink=recorder,
            cancel=Cancellation(),
            providers=cast(Providers, None),
            fleet=cast(Fleet, None),
            local=cast("object", None),  # type: ignore[arg-type]
            release="r1",
        ),
        recorder,
    )


def fail(_: Context) -> bool:
    raise LongshoreError("the disk is full", advice="make room")


def test_each_step_runs_after_what_it_needs(bench: Bench) -> None:
    result = bench.run(step("c", "b"), step("b", "a"), step("a"))
    assert bench.finished() == ["a", "b", "c"]
    assert result == Result(failures=(), interrupted=False)


@dataclass(frozen=True, kw_only=True)
class Unwilling(DestroyResource):
    """A removal that fails."""

    def apply(self, context: Context) -> bool:
        return fail(context)


def test_an_operation_that_holds_a_resource_may_be_what_failed(bench: Bench) -> None:
    """Its tags are a mapping, so it cannot be in a set."""
    tags = {"longshore-project": "shop"}
    resource = Resource("machine", "i-1", "us-1", "aws", "us-east-1", "us", tags)
    first = Unwilling(resource=resource)
    after = replace(step("network"), needs=frozenset({first.id}))
    result = bench.run(first, after)
    (skipped,) = [e for e in bench.recorder.events if isinstance(e, Skipped)]
    assert (skipped.what, skipped.reason) == ("step network", "destroy machine us-1 failed")
    assert len(result.failures) == 1


def test_steps_that_need_nothing_of_each_other_run_side_by_side(bench: Bench) -> None:
    barrier = threading.Barrier(2)

    def meet(_: Context) -> bool:
        barrier.wait(WAIT)
        return True

    bench.run(step("a", work=meet), step("b", work=meet))
    assert sorted(bench.finished()) == ["a", "b"]


def test_a_failure_skips_only_what_needed_it(bench: Bench) -> None:
    result = bench.run(step("a", work=fail), step("b", "a"), step("c", "b"), step("d"))
    assert bench.finished() == ["d"]
    skipped = [(e.what, e.reason) for e in bench.recorder.events if isinstance(e, Skipped)]
    assert skipped == [("step b", "step a failed"), ("step c", "step a failed")]
    assert [(f.operation.subject, str(f.error)) for f in result.failures] == [
        ("a", "the disk is full")
    ]
    assert [operation.subject for operation in result.skipped] == ["b", "c"]
    (event,) = [e for e in bench.recorder.events if isinstance(e, OperationFailed)]
    assert (event.message, event.advice) == ("the disk is full", "make room")
    assert bench.journal() == {"a": "failed", "d": "done"}


def test_a_cloud_error_is_a_failure_too(bench: Bench) -> None:
    def refuse(_: Context) -> bool:
        raise QuotaError("no more", provider="aws", code="VcpuLimitExceeded", advice="ask for more")

    result = bench.run(step("a", work=refuse))
    assert isinstance(result.failures[0].error, QuotaError)
    assert bench.journal() == {"a": "failed"}


def test_after_a_stop_nothing_new_starts_and_what_runs_ends(bench: Bench) -> None:
    def stop(context: Context) -> bool:
        context.cancel.request()
        return True

    result = bench.run(step("a", work=stop), step("b", "a"))
    assert bench.finished() == ["a"]
    assert result.interrupted
    assert [e for e in bench.recorder.events if isinstance(e, Skipped)] == []


def test_a_step_that_waits_is_interrupted_and_journaled_so(bench: Bench) -> None:
    def wait(context: Context) -> bool:
        context.cancel.request()
        context.cancel.wait(WAIT)
        return True

    result = bench.run(step("a", work=wait))
    assert result.interrupted
    assert result.failures == ()
    assert bench.journal() == {"a": "interrupted"}


def test_the_intention_is_on_disk_before_the_work_begins(bench: Bench) -> None:
    seen: list[dict[str, str]] = []

    def look(_: Context) -> bool:
        seen.append(bench.journal())
        return False

    bench.run(step("a", work=look))
    assert seen == [{"a": "started"}]
    assert bench.journal() == {"a": "unchanged"}


def test_secrets_do_not_reach_the_journal(bench: Bench, tmp_path: Path) -> None:
    bench.recorder.protect({"hunter2-canary"})

    def leak(_: Context) -> bool:
        raise LongshoreError("the server said: hunter2-canary is wrong")

    bench.run(step("a", work=leak))
    bench.context.store.close()
    assert b"hunter2-canary" not in (tmp_path / "state.db").read_bytes()


def test_a_bug_is_raised_as_it_is(bench: Bench) -> None:
    def bug(_: Context) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.run(step("a", work=bug))
