"""`pytest --live`: the budget, the question, the credentials and the sweep. An emulator of EC2
plays the real cloud here: it is where AWS_ENDPOINT_URL leads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.contract.retry import ignore_retry
from providers.contract.types import Listing, Owner
from tests.contract import live
from tests.contract.emulators import Emulator
from tests.contract.emulators.moto_ec2 import MotoEc2
from tests.contract.stage import Stage

ROOT = Path(__file__).parents[2]
USAGE = 4
FEW = "test_the_same_token_twice or test_every_kind_is_listed or test_credentials"
"""Two tests that make a machine each, and one that makes none."""


@pytest.fixture
def cloud() -> Iterator[Emulator]:
    made = MotoEc2()
    yield made
    made.close()


def _pytest(tmp_path: Path, cloud: Emulator, **variables: str) -> str:
    """What the run said, after its exit code."""
    ours = ("AWS_", live.CONFIRM)
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(ours)}
    environment = {
        **kept,
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": cloud.endpoint,  # type: ignore[attr-defined]
        **variables,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--live", "aws", "-k", FEW],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert "Traceback" not in said, said
    return f"exit {ran.returncode}\n{said}"


KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def test_the_budget_is_printed_and_nothing_starts_without_a_yes(
    tmp_path: Path, cloud: Emulator
) -> None:
    said = _pytest(tmp_path, cloud, **KEYS)
    assert said.startswith(f"exit {USAGE}\n")
    assert "aws itself, region us-east-1: 3 tests" in said
    assert "at most 2 machines of type t3.small" in said
    assert "about 3 minutes in all" in said
    assert f"set {live.CONFIRM}=aws to go on" in said
    assert cloud.calls() == []


def test_a_yes_for_another_cloud_is_none(tmp_path: Path, cloud: Emulator) -> None:
    said = _pytest(tmp_path, cloud, **KEYS, **{live.CONFIRM: "gcp"})
    assert said.startswith(f"exit {USAGE}\n")
    assert cloud.calls() == []


def test_without_credentials_it_ends_in_one_clear_line(tmp_path: Path, cloud: Emulator) -> None:
    said = _pytest(tmp_path, cloud, **{live.CONFIRM: "aws"})
    assert said.startswith(f"exit {USAGE}\n")
    assert "nobody is signed in to aws: Unable to locate credentials" in said
    assert cloud.calls() == []


def test_a_confirmed_run_is_swept_at_both_ends(tmp_path: Path, cloud: Emulator) -> None:
    killed = Owner(f"{live.our_word()}dead00", live.ENVIRONMENT)
    others = Owner("live-ffffff-dead00", live.ENVIRONMENT)
    for owner in (killed, others):
        Stage(cloud, cloud.provider(ignore_retry), owner, []).machine()
    said = _pytest(tmp_path, cloud, **KEYS, **{live.CONFIRM: "aws"})
    assert said.startswith("exit 0\n"), said
    assert "as arn:aws:" in said
    # Instance, disk, interface, firewall and key of the run that was killed.
    assert "swept: 5 resources that an earlier run left" in said, said
    assert "swept: 0 resources that tests left" in said
    assert re.search(r"3 passed", said)
    provider = cloud.provider(ignore_retry)
    assert provider.listing(killed) == Listing((), ())
    assert provider.listing(others).machines, "another user's run is none of ours"
    assert not list((tmp_path / "cache").rglob("live-*")), "the book is closed"


def test_what_only_the_book_remembers_is_swept_too(
    tmp_path: Path, cloud: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    owner = Owner(f"{live.our_word()}beef00", live.ENVIRONMENT)
    provider = cloud.provider(ignore_retry)
    stage = Stage(cloud, provider, owner, [])
    stage.network()
    stage.destroy(stage.one("firewall"))  # the key alone shows nowhere but in its owner's listing
    book = tmp_path / "longshore" / "live-aws.txt"
    book.parent.mkdir(exist_ok=True)
    book.write_text(f"{owner.project}\n")
    assert [resource.kind for resource in live.sweep(provider)] == ["key"]
    assert not book.exists()


def test_the_budget_counts_what_tests_declare() -> None:
    found = live.budget(live_aws(), [1, 0, 3])
    assert (found.tests, found.machines, found.at_once) == (3, 4, 3)
    assert found.minutes == 4 * live.minutes_of(live_aws())


def live_aws() -> type[Emulator]:
    from tests.contract.emulators.live import LiveAws

    return LiveAws
