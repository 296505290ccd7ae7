"""All judges on a whole recording: what is wrong with it, and how much of it there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.judges import arm_models, discovery
from tests.judges.allowed import not_allowed
from tests.judges.traffic import Violation, read_traffic

SHOWN = 20


@dataclass(frozen=True)
class Judgement:
    """`exchanges` by service, and every violation that is not allowed."""

    exchanges: Counter[str]
    violations: tuple[Violation, ...]

    def check(self) -> None:
        """Raises AssertionError with the violations, the first ones at least."""
        lines = [str(violation) for violation in self.violations[:SHOWN]]
        assert not lines, f"{len(self.violations)} violations in the traffic:\n" + "\n".join(lines)


def judge_recording(file: Path) -> Judgement:
    """Judge a recorder's file; none is a recording of nothing."""
    found: list[Violation] = []
    exchanges: Counter[str] = Counter()
    if file.exists():
        for service, judge in (("gce", discovery.compute().judge), ("arm", arm_models.judge)):
            for exchange in read_traffic(file, service):
                exchanges[service] += 1
                found.extend(judge(exchange))
    return Judgement(exchanges, tuple(not_allowed(found)))
