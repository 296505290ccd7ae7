"""Playbooks: the YAML read into typed steps, every mistake told with file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.families import FAMILIES
from orchestrator.machines.render import render_script
from orchestrator.machines.report import PlaybookReport, StepReport
from orchestrator.machines.running import PlaybookBusy, PlaybookFailed, run_playbook
from orchestrator.machines.steps import FACTS, Playbook, Step

__all__ = [
    "Playbook",
    "PlaybookBusy",
    "PlaybookError",
    "PlaybookFailed",
    "PlaybookReport",
    "Step",
    "StepReport",
    "load_playbook",
    "parse_playbook",
    "render_script",
    "run_playbook",
]

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: every `up` reads its playbook."""
LONGEST_TIMEOUT = 3600
MOST_RETRIES = 10
_STEP_KEYS = ("name", "when", "check", "run", "timeout", "retries", "reconnect")


class PlaybookError(LongshoreError):
    """A playbook file says something that cannot be; `line` counts from 1."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}:{line}: {message}")


def load_playbook(name: str) -> Playbook:
    """The playbook `playbooks/<name>.yaml` of this distribution. Raises PlaybookError."""
    source = resources.files("playbooks").joinpath(f"{name}.yaml")
    file = f"playbooks/{name}.yaml"
    try:
        text = source.read_text("utf-8")
    except FileNotFoundError as error:
        raise PlaybookError(file, 1, "there is no such playbook") from error
    return parse_playbook(text, file)


def parse_playbook(text: str, file: str) -> Playbook:
    """Read a playbook from YAML; `file` is what errors call it. Raises PlaybookError."""
    try:
        root = yaml.compose(text, Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlaybookError(file, line, f"not YAML: {error.problem}") from error
    if root is None:
        raise PlaybookError(file, 1, "the file is empty")
    return _Reader(file).playbook(root)


@dataclass(frozen=True)
class _Reader:
    """Turns YAML nodes into the model; nodes, because they know their lines."""

    file: str

    def playbook(self, root: Node) -> Playbook:
        keys = self._mapping(root, ("name", "description", "steps"))
        name = self._name(self._required(root, keys, "name"), "name")
        description = self._text(self._required(root, keys, "description"), "description")
        steps_node = self._required(root, keys, "steps")
        if not isinstance(steps_node, SequenceNode) or not steps_node.value:
            raise self._wrong(steps_node, "steps: expected a list of steps")
        steps = tuple(self._step(node) for node in steps_node.value)
        self._check_names(steps_node, steps)
        return Playbook(name, description, steps)

    def _step(self, node: Node) -> Step:
        keys = self._mapping(node, _STEP_KEYS)
        return Step(
            name=self._name(self._required(node, keys, "name"), "name"),
            when=self._when(keys["when"]) if "when" in keys else (),
            check=self._text(self._required(node, keys, "check"), "check"),
            run=self._text(self._required(node, keys, "run"), "run"),
            timeout=self._whole(
                self._required(node, keys, "timeout"), "timeout", 1, LONGEST_TIMEOUT
            ),
            retries=self._whole(self._required(node, keys, "retries"), "retries", 0, MOST_RETRIES),
            reconnect="reconnect" in keys and self._flag(keys["reconnect"], "reconnect"),
        )

    def _when(self, node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
        conditions: list[tuple[str, tuple[str, ...]]] = []
        for fact, value in self._mapping(node, FACTS).items():
            items = value.value if isinstance(value, SequenceNode) else [value]
            allowed = tuple(self._text(item, f"when.{fact}") for item in items)
            for item, word in zip(items, allowed, strict=True):
                if fact == "family" and word not in FAMILIES:
                    known = ", ".join(FAMILIES)
                    raise self._wrong(item, f"when.family: {word!r} is not one of {known}")
                if not re.fullmatch(r"[\w.-]+", word):
                    raise self._wrong(item, f"when.{fact}: expected a word, not {word!r}")
            conditions.append((fact, allowed))
        return tuple(conditions)

    def _check_names(self, node: Node, steps: tuple[Step, ...]) -> None:
        """A name may come again only where no one family gets both."""
        for family in FAMILIES:
            names = [step.name for step in steps if step.is_for(family)]
            for name in names:
                if names.count(name) > 1:
                    raise self._wrong(node, f"steps: two steps {name!r} for family {family}")

    def _mapping(self, node: Node, known: tuple[str, ...]) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            raise self._wrong(node, f"expected a mapping of {', '.join(known)}")
        found: dict[str, Node] = {}
        for key, value in node.value:
            if key.value not in known:
                raise self._wrong(key, f"{key.value}: unknown key; known: {', '.join(known)}")
            if key.value in found:
                raise self._wrong(key, f"{key.value}: given twice")
            found[key.value] = value
        return found

    def _required(self, parent: Node, keys: dict[str, Node], key: str) -> Node:
        if key not in keys:
            raise self._wrong(parent, f"{key}: missing")
        return keys[key]

    def _text(self, node: Node, key: str) -> str:
        if not isinstance(node, ScalarNode) or not node.value.strip():
            raise self._wrong(node, f"{key}: expected text")
        return str(node.value)

    def _name(self, node: Node, key: str) -> str:
        name = self._text(node, key)
        if not NAME.fullmatch(name):
            raise self._wrong(node, f"{key}: expected lower-case letters, digits and -: {name!r}")
        return name

    def _whole(self, node: Node, key: str, least: int, most: int) -> int:
        value = node.value if isinstance(node, ScalarNode) else ""
        if not re.fullmatch(r"[0-9]+", value) or not least <= int(value) <= most:
            raise self._wrong(node, f"{key}: expected a whole number from {least} to {most}")
        return int(value)

    def _flag(self, node: Node, key: str) -> bool:
        if not isinstance(node, ScalarNode) or node.value not in ("true", "false"):
            raise self._wrong(node, f"{key}: expected true or false")
        return bool(node.value == "true")

    def _wrong(self, node: Node, message: str) -> PlaybookError:
        return PlaybookError(self.file, node.start_mark.line + 1, message)
