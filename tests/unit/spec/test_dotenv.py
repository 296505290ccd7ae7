"""The format of .env and env_file."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.spec.dotenv import read_env
from orchestrator.spec.interpolate import Variables
from orchestrator.spec.tree import Findings

FILE = Path("/project/.env")
OUTSIDE = Variables({"HOST": "example.com", "TOKEN": "t0ken"})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("# comment\n\n  # another\n", {}),
        ("A=1", {"A": "1"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("export A=1\n", {"A": "1"}),
        ("A = spaced out \n", {"A": "spaced out"}),
        ("A=\n", {"A": ""}),
        ("A=x # comment\n", {"A": "x"}),
        ("A=x#y\n", {"A": "x#y"}),
        ("A= # nothing\n", {"A": ""}),
        ("A='x # y' # comment\n", {"A": "x # y"}),
        ("A='$HOST'\n", {"A": "$HOST"}),
        ('A="$HOST"\n', {"A": "example.com"}),
        ("A=${HOST}/x\n", {"A": "example.com/x"}),
        ("A=1\nB=$A$A\n", {"A": "1", "B": "11"}),
        ('A="line\\nbreak\\t\\"q\\""\n', {"A": 'line\nbreak\t"q"'}),
        ('A="\\$HOST"\n', {"A": "$HOST"}),
        ('A="two\nlines"\nB=2\n', {"A": "two\nlines", "B": "2"}),
        ("A='two\nlines'\nB=2\n", {"A": "two\nlines", "B": "2"}),
        ("TOKEN\n", {"TOKEN": "t0ken"}),
        ("ABSENT\n", {}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("A=b=c\n", {"A": "b=c"}),
    ],
)
def test_reading(text: str, values: dict[str, str]) -> None:
    findings = Findings()
    assert read_env(text, FILE, OUTSIDE, findings) == values
    assert not findings.problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\nnot a line\n", ".env:2:1: expected NAME=value"),
        ("=1\n", ".env:1:1: expected NAME=value"),
        ('A="open\nB=1\n', '.env:1:1: A: the closing " is missing'),
        ("A='x'y\n", ".env:1:1: A: text behind the closing quote; remove it"),
        (
            'X="two\nlines"\nA=$NOPE\n',
            ".env:3:1: A: the variable NOPE is not set; set it in the environment or in .env,"
            " or give it a default: ${NOPE:-value}",
        ),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    findings = Findings()
    read_env(text, FILE, OUTSIDE, findings)
    assert [str(problem) for problem in findings.problems] == [message]
