"""At the end of a run: everything that went over the wires, in both directions, is held against
the clouds' own descriptions of their APIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.emulators import traffic
from tests.judges.allowed import ALLOWED, LONGEST
from tests.judges.bench import judge_recording


@pytest.mark.last
def test_every_exchange_of_this_run_is_as_the_clouds_describe_it(tmp_path: Path) -> None:
    whole = tmp_path / "traffic.jsonl"
    traffic.write(whole)
    judge_recording(whole).check()


def test_the_list_of_what_is_overlooked_is_short_and_explained() -> None:
    assert len(ALLOWED) <= LONGEST
    assert all(entry.why for entry in ALLOWED)
