"""What `longshore doctor` looks into, and the exit code of what it finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.app import doctor as app
from orchestrator.app.doctor import Diagnosis, doctor, exit_code, need
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation
from orchestrator.reporting.doctor import CheckRow, DoctorReport
from orchestrator.reporting.sink import Recorder
from orchestrator.spec import load_project
from providers.contract.errors import AuthError, InvalidRequestError, NotInstalledError
from providers.contract.types import Finding, Need, Place, ProviderSettings

PROJECT = """\
name: shop
targets:
  us: {provider: [aws, cloudy], region: [us-east-1, r1], size: {cpu: 2}, count: 3}
  eu: {provider: aws, region: eu-west-1, size: t3.small}
"""
COMPOSE = 'services: {web: {image: nginx, environment: {WORD: "${PASSWORD-}"}}}\n'
OK = Finding("credentials", "sts", "ok", "ada")


class FakeProvider:
    """Finds what it was told to, and keeps what was asked."""

    def __init__(self, place: Place, findings: Sequence[Finding]) -> None:
        self.place = place
        self.findings = findings
        self.needs: list[Need] = []

    def prepare(self) -> None: ...

    def diagnose(self, wanted: Need) -> Sequence[Finding]:
        self.needs.append(wanted)
        return self.findings


Found = Callable[[Place], Sequence[Finding]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "longshore.yaml").write_text(PROJECT)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    names = ("aws", "cloudy")
    monkeypatch.setattr("providers.contract.registry.provider_names", lambda: names)
    monkeypatch.setattr(
        app, "look_at_this_machine", lambda *_: (CheckRow("this machine", "git", "git", "ok", ""),)
    )
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[Found], dict[Place, FakeProvider]]:
    """Give every place a provider that finds what the function says."""

    def give(found: Found) -> dict[Place, FakeProvider]:
        given: dict[Place, FakeProvider] = {}

        def factory(name: str) -> Callable[..., FakeProvider]:
            def create(settings: ProviderSettings, region: str, *_: object, **__: object) -> object:
                place = Place(name, region)
                given[place] = FakeProvider(place, found(place))
                return given[place]

            return create  # type: ignore[return-value]

        monkeypatch.setattr("orchestrator.operations.providers.provider_factory", factory)
        return given

    return give


def _run(sink: Recorder | None = None) -> Diagnosis:
    return doctor(Invocation(command="doctor"), sink or Recorder(), Cancellation())


def test_every_place_of_every_target_is_looked_into(
    folder: Path, made: Callable[[Found], dict[Place, FakeProvider]]
) -> None:
    given = made(lambda _: [OK])
    found = _run()
    assert set(given) == {
        Place("aws", "us-east-1"),
        Place("cloudy", "r1"),
        Place("aws", "eu-west-1"),
    }
    assert {str(place) for place in given} <= {row.where for row in found.report.rows}
    assert found.exit_code == ExitCode.DONE


def test_places_are_looked_into_side_by_side(
    folder: Path,
    made: Callable[[Found], dict[Place, FakeProvider]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meet = threading.Barrier(3, timeout=20)

    def diagnose(self: FakeProvider, _: Need) -> Sequence[Finding]:
        meet.wait()
        return self.findings

    monkeypatch.setattr(FakeProvider, "diagnose", diagnose)
    made(lambda _: [OK])
    assert _run().exit_code == ExitCode.DONE


def test_each_place_is_asked_for_what_the_target_needs(
    folder: Path, made: Callable[[Found], dict[Place, FakeProvider]]
) -> None:
    given = made(lambda _: [OK])
    _run()
    project = load_project(folder / "longshore.yaml", environment=None, environ={}, services=False)
    assert given[Place("cloudy", "r1")].needs == [need(project.target("us"))]
    wanted = need(replace(project.target("us"), zone="z", subnet="s"))
    assert (wanted.count, wanted.os, wanted.zone, wanted.subnet) == (3, "debian-12", "z", "s")


def test_what_targets_of_a_place_have_in_common_is_told_once(
    folder: Path, made: Callable[[Found], dict[Place, FakeProvider]]
) -> None:
    (folder / "longshore.yaml").write_text(
        "name: shop\ntargets:\n"
        "  a: {provider: aws, region: us-east-1, size: t3.small}\n"
        "  b: {provider: aws, region: us-east-1, size: t3.small}\n"
    )
    made(lambda _: [OK])
    rows = _run().report.rows
    assert len([row for row in rows if row.check == "credentials"]) == 1


def test_a_provider_that_cannot_be_made_is_a_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def factory(name: str) -> object:
        raise NotInstalledError("the SDK is not installed", provider=name, advice="pip install it")

    monkeypatch.setattr("orchestrator.operations.providers.provider_factory", factory)
    found = _run()
    rows = [row for row in found.report.rows if row.check == "provider"]
    assert {row.where for row in rows} == {"aws us-east-1", "cloudy r1", "aws eu-west-1"}
    assert {row.advice for row in rows} == {"pip install it"}
    assert found.exit_code == ExitCode.BAD_INPUT


def test_an_adapter_that_breaks_its_promise_is_a_finding(
    folder: Path,
    made: Callable[[Found], dict[Place, FakeProvider]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def diagnose(self: FakeProvider, _: Need) -> Sequence[Finding]:
        raise InvalidRequestError("no such region", provider="aws")

    monkeypatch.setattr(FakeProvider, "diagnose", diagnose)
    made(lambda _: [])
    assert "no such region" in {row.message for row in _run().report.rows}


def test_without_a_project_this_machine_is_looked_at_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "longshore.yaml").unlink()
    found = _run()
    assert [row.where for row in found.report.rows] == ["the project", "this machine"]
    assert "longshore init" in found.report.rows[0].advice
    assert found.exit_code == ExitCode.BAD_INPUT


def test_mistakes_in_the_files_are_findings_with_their_places(
    folder: Path, made: Callable[[Found], dict[Place, FakeProvider]]
) -> None:
    made(lambda _: [OK])
    (folder / "compose.yaml").write_text("services:\n  web: {imag: nginx}\n")
    found = _run()
    problems = [row for row in found.report.rows if row.check == "project"]
    assert problems[0].subject == "compose.yaml:2"
    assert problems[0].advice
    # The rest is looked into as far as the project file goes.
    assert "aws us-east-1" in {row.where for row in found.report.rows}
    assert found.exit_code == ExitCode.BAD_INPUT


def test_secrets_are_protected_before_anything_is_told(
    folder: Path,
    made: Callable[[Found], dict[Place, FakeProvider]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSWORD", "hunter2hunter2")
    made(lambda _: [OK])
    sink = Recorder()
    _run(sink)
    assert "hunter2hunter2" in sink.secrets
    assert isinstance(sink.events[-1], DoctorReport)


def test_a_stop_ends_it(
    folder: Path,
    made: Callable[[Found], dict[Place, FakeProvider]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orchestrator.errors import Interrupted

    def diagnose(self: FakeProvider, _: Need) -> Sequence[Finding]:
        raise Interrupted

    monkeypatch.setattr(FakeProvider, "diagnose", diagnose)
    made(lambda _: [])
    with pytest.raises(Interrupted):
        _run()


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], 0),
        ([("quota", "ok"), ("permission", "unknown"), ("quota", "warning")], 0),
        ([("size", "failed")], 2),
        ([("size", "failed"), ("quota", "failed")], 5),
        ([("quota", "failed"), ("permission", "failed")], 4),
        ([("clock", "failed")], 4),
        ([("engine", "failed")], 1),
        ([("engine", "failed"), ("image", "failed")], 2),
        ([("credentials", "unknown")], 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst(findings: list[tuple[str, str]], code: int) -> None:
    rows = [CheckRow("x", check, "", verdict, "") for check, verdict in findings]  # type: ignore[arg-type]
    assert exit_code(rows) == code


def test_auth_errors_from_a_broken_adapter_do_not_escape(
    folder: Path,
    made: Callable[[Found], dict[Place, FakeProvider]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prepare(self: FakeProvider) -> None:
        raise AuthError("no such profile", provider="aws", advice="check `profile`")

    monkeypatch.setattr(FakeProvider, "prepare", prepare)
    made(lambda _: [])
    assert "no such profile" in {row.message for row in _run().report.rows}
