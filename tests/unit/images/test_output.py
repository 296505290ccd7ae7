"""A build's output, line by line."""

from __future__ import annotations

import re

from orchestrator.images.output import KEPT_LINES, BuildOutputTail


def test_lines_steps_and_the_tail() -> None:
    seen: list[str] = []
    output = BuildOutputTail(seen.append, re.compile("Step"))
    output.add("Step 1/2 : FR")
    output.add("OM scratch\n\n \x1b[91mwarning\x1b[0m \r\n")
    for number in range(KEPT_LINES):
        output.add(f"{number}\n")
    output.add("rest")
    assert output.step == "Step 1/2 : FROM scratch"
    assert seen[:2] == ["Step 1/2 : FROM scratch", " warning"]
    output.finish()
    assert output.last_lines == (*map(str, range(1, KEPT_LINES)), "rest")
