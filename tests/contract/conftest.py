"""Every test here runs against every emulator that has what it needs; each gets an owner of
its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from providers.contract.errors import CloudError
from providers.contract.retry import Retry, ignore_retry
from tests.contract import live
from tests.contract.choosing import chosen, emulator_class
from tests.contract.emulators import Emulator
from tests.contract.needs import fits
from tests.contract.stage import Stage
from tests.homes import sweep

NOBODY = "nobody"
"""The emulator of a test that fits none; it is taken out of the collection again."""
LAST = "last"
"""Where tests go that look back at the run."""
REFUSED = 4
"""pytest's own exit code for a wrong command line."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test is made for each emulator that it fits; for no other is there a test at all."""
    if "emulator" not in metafunc.fixturenames:
        return
    fitting = {
        name: where
        for name, where in chosen(metafunc.config).items()
        if fits(
            emulator_class(where),
            wanted=_words(metafunc, "needs"),
            unwanted=_words(metafunc, "lacks"),
            only=_words(metafunc, "only"),
            makes_machines=metafunc.definition.get_closest_marker("machines") is not None,
        )
    } or {NOBODY: NOBODY}
    metafunc.parametrize(
        "emulator", list(fitting.values()), ids=list(fitting), indirect=True, scope="session"
    )


def _words(metafunc: pytest.Metafunc, marker: str) -> tuple[str, ...]:
    marks = metafunc.definition.iter_markers(marker)
    return tuple(str(word) for mark in marks for word in mark.args)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what is for nobody, and in a run for one provider what asks no provider; then
    put together what is for the same emulator, so that each is made once. pytest does that by
    the place of a parameter in its test's list, and these lists differ."""
    alone = bool(config.getoption("--provider") or config.getoption("--live"))
    out = [item for item in items if _is_in_contract(item) and _for_nobody(item, alone=alone)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    order = ["", *chosen(config).values(), LAST]
    places = [place for place, item in enumerate(items) if _is_in_contract(item)]
    ours = sorted((items[place] for place in places), key=lambda item: order.index(_where(item)))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def _is_in_contract(item: pytest.Item) -> bool:
    return item.path.parent == item.config.rootpath / "tests" / "contract"


def _for_nobody(item: pytest.Item, *, alone: bool) -> bool:
    where = _where(item)
    return where == NOBODY or (alone and where in ("", LAST))


def _where(item: pytest.Item) -> str:
    """Which emulator a test is for; empty for one that asks no provider."""
    if item.get_closest_marker("last"):
        return LAST
    call = getattr(item, "callspec", None)
    return str(call.params.get("emulator", "")) if call else ""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Before a run against a real cloud: the budget, the question, and the credentials."""
    cloud = session.config.getoption("--live")
    if not cloud or session.config.option.collectonly:
        return
    (where,) = chosen(session.config).values()
    found = emulator_class(where)
    marks = [item.get_closest_marker("machines") for item in session.items]
    lines = live.budget(found, [mark.args[0] if mark else 0 for mark in marks]).lines()
    for line in lines:
        _say(session, line)
    if os.environ.get(live.CONFIRM) != cloud:
        pytest.exit(f"this costs money: set {live.CONFIRM}={cloud} to go on", REFUSED)
    try:
        who = found().provider(ignore_retry).preflight()
    except CloudError as error:
        pytest.exit(f"nobody is signed in to {cloud}: {error.message}; {error.advice}", REFUSED)
    _say(session, f"as {who.principal} in account {who.account}")


def _say(session: pytest.Session, line: str) -> None:
    """Tell whoever watches, past the capture of a test's output."""
    plugins = session.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    if reporter is not None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            reporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def swept() -> None:
    """Nothing that a killed run left stands in the way of this one."""
    sweep()


@pytest.fixture(scope="session")
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """One at a time: tests are grouped by it. A real cloud is swept before and after."""
    made = emulator_class(request.param)()
    try:
        if live.is_live(made):
            _sweep(request, made, "that an earlier run left")
        yield made
        if live.is_live(made):
            _sweep(request, made, "that tests left")
    finally:
        made.close()


def _sweep(request: pytest.FixtureRequest, emulator: Emulator, whose: str) -> None:
    removed = live.sweep(emulator.provider(ignore_retry))
    _say(request.session, f"swept: {len(removed)} resources {whose}")


@pytest.fixture
def stage(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Stage]:
    retries: list[Retry] = []
    stage = Stage(emulator, emulator.provider(retries.append), live.new_owner(emulator), retries)
    yield stage
    emulator.forget_faults()
    stage.clear()
    marker = request.node.get_closest_marker("machines")
    assert len(stage.tokens) <= (marker.args[0] if marker else 0), "the budget is wrong"
