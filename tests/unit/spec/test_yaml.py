"""YAML as the Compose Specification has it: 1.2, with merge keys, without duplicates."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.spec.parse import core_value, parse
from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Scalar

FILE = Path("/project/compose.yaml")


def read(text: str) -> tuple[Node | None, list[str]]:
    findings = Findings()
    node = parse(text, FILE, findings)
    return node, [str(problem) for problem in findings.problems]


def plain(node: Node | None) -> object:
    if isinstance(node, MapNode):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("22:22", "22:22"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("~", None),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("nginx", "nginx"),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    node, problems = read(f"key: {written}\n")
    assert not problems
    found = plain(node)
    assert found == {"key": value}
    assert type(core_value(written)) is type(value)


def test_quoted_scalars_are_text() -> None:
    node, problems = read("a: \"12\"\nb: 'true'\nc: ''\nd: !!str 5\ne: !!int '5'\n")
    assert not problems
    assert plain(node) == {"a": "12", "b": "true", "c": "", "d": "5", "e": 5}


def test_the_written_text_of_a_number_is_kept() -> None:
    node, _ = read("version: 1.10\n")
    assert isinstance(node, MapNode)
    scalar = node.scalar("version")
    assert scalar is not None
    assert scalar.text == "1.10"


def test_positions_and_paths() -> None:
    node, _ = read("services:\n  web:\n    ports:\n      - 80\n      - target: 81\n")
    assert isinstance(node, MapNode)
    web = node.map("services").map("web")
    assert web is not None
    item = web.list("ports")[1]
    assert isinstance(item, MapNode)
    target = item.scalar("target")
    assert target is not None
    assert (target.place.line, target.place.column) == (5, 17)
    assert target.place.path == "services.web.ports[1].target"


def test_merge_keys_and_anchors() -> None:
    node, problems = read(
        "x-a: &a {restart: always, user: root}\n"
        "x-b: &b {user: app, tty: true}\n"
        "one: {<<: *a, user: me}\n"
        "two: {<<: [*b, *a]}\n"
        "three: {user: me, <<: *a}\n"
    )
    assert not problems
    found = plain(node)
    assert isinstance(found, dict)
    assert found["one"] == {"restart": "always", "user": "me"}
    assert found["two"] == {"user": "app", "tty": True, "restart": "always"}
    assert found["three"] == {"restart": "always", "user": "me"}


def test_an_aliased_value_has_the_path_of_its_use() -> None:
    node, _ = read("a: &v {k: 1}\nb: *v\n")
    assert isinstance(node, MapNode)
    inner = node.map("b")
    assert inner is not None
    assert inner.at("k").path == "b.k"
    assert inner.at("k").line == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "compose.yaml:1:1: the file is empty"),
        ("# only a comment\n", "compose.yaml:1:1: the file is empty"),
        (
            "a: 1\nb: 2\na: 3\n",
            "compose.yaml:3:1: a: the key is here twice (first on line 1); remove one of them",
        ),
        (
            "s:\n  w:\n    image: a\n    image: b\n",
            "compose.yaml:4:5: s.w.image: the key is here twice (first on line 3);"
            " remove one of them",
        ),
        (
            "a:\n\tb: 1\n",
            "compose.yaml:2:1: not valid YAML: found character '\\t' that cannot start any token;"
            " indent with spaces",
        ),
        ("a: b: c\n", "compose.yaml:1:5: not valid YAML: mapping values are not allowed here"),
        (
            "a: [1, 2\nb: 3\n",
            "compose.yaml:2:2: not valid YAML: expected ',' or ']', but got ':'",
        ),
        ("a: *nope\n", "compose.yaml:1:4: not valid YAML: found undefined alias 'nope'"),
        (
            "a: 1\n---\nb: 2\n",
            "compose.yaml:2:1: not valid YAML: but found another document",
        ),
        (
            "a: !reset null\n",
            "compose.yaml:1:4: a: the YAML tag !reset is not supported; remove the tag",
        ),
        ("a: &a [*a]\n", "compose.yaml:1:4: a[0]: this alias refers to itself"),
        ("? [a]\n: 1\n", "compose.yaml:1:3: a key must be a single value"),
        (
            "a: {<<: 5}\n",
            "compose.yaml:1:9: a: '<<' merges mappings only; name an anchor: *name",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str) -> None:
    _, problems = read(text)
    assert problems == [message]


def test_multiplying_aliases_are_stopped() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    _, problems = read("\n".join(lines))
    assert len(problems) == 1
    assert problems[0].endswith("this alias is far too large")
