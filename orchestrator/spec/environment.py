"""A container's or a build's variables, and which of them are secret.

Secret is whatever came from outside the two files: an env_file, a variable passed through
by name, or one that was interpolated. A value written into the file, or a written default,
is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.spec.dotenv import read_env
from orchestrator.spec.files import read_text
from orchestrator.spec.interpolate import Variables
from orchestrator.spec.model import EnvVar
from orchestrator.spec.shape import Either, Key, Keys, ListOf, MapOf, Word
from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Place, Scalar
from orchestrator.spec.words import flag, text, unfit, written

MIN_SECRET_LENGTH = 4
"""Shorter values would mask half of every line, and protect nothing."""

_VAR_NAME = re.compile(r"[^=\s\0]+")
_PASS_THROUGH = re.compile(r"([^=\s\0]+)(?:=(.*))?", re.DOTALL)


def _read_item(node: Scalar) -> tuple[str, str | None]:
    match = _PASS_THROUGH.fullmatch(node.text) if isinstance(node.value, str) else None
    if match is None:
        raise unfit("NAME=value, or NAME to pass it through", node)
    return match.group(1), match.group(2)


_ITEM: Word[tuple[str, str | None]] = Word("NAME=value", _read_item, {"type": "string"})
VARIABLES = Either(
    "a mapping or a list of variables",
    items=ListOf(_ITEM, "a list of variables"),
    map=MapOf(written(), "a mapping of variables", _VAR_NAME, "no '=' and no spaces"),
)
_REQUIRED = flag()
_PATH = text("the path of a file")
ENV_FILE = Either(
    "a path or a list of paths",
    word=_PATH,
    items=ListOf(
        Either(
            "a path or a mapping with 'path'",
            word=_PATH,
            map=Keys(
                {
                    "path": Key(_PATH, "The file, relative to the Compose file.", "path: .env"),
                    "required": Key(_REQUIRED, "false: a missing file is no mistake."),
                },
                "a mapping with 'path'",
                {"format": "only the usual format is read; remove the key"},
            ),
        ),
        "a list of paths",
    ),
)


@dataclass
class Secrets:
    """Gathers every secret value of a project."""

    values: set[str] = field(default_factory=set, repr=False)

    def add(self, value: str) -> None:
        """Note a secret; of one with several lines also each line, as logs come by line."""
        for part in {value, *value.splitlines()}:
            if len(part.strip()) >= MIN_SECRET_LENGTH:
                self.values.add(part)


@dataclass(frozen=True)
class Surroundings:
    """What a section is read against."""

    directory: Path
    variables: Variables
    secrets: Secrets
    findings: Findings


def build_variables(node: Node | None, around: Surroundings) -> tuple[EnvVar, ...]:
    """The variables in the order written; the node has passed VARIABLES."""
    built: dict[str, EnvVar] = {}
    if isinstance(node, MapNode):
        for name, entry in node.entries.items():
            value = entry.value
            if name.startswith("x-") or not isinstance(value, Scalar):
                continue
            given = None if value.value is None else value.text
            variable = _variable(name, given, value, entry.key, around)
            if variable is not None:
                built[name] = variable
    elif isinstance(node, ListNode):
        for item in node.items:
            if isinstance(item, Scalar):
                name, given = _ITEM.read(item)
                variable = _variable(name, given, item, item.place, around)
                if variable is not None:
                    built[name] = variable
    return tuple(built.values())


def _variable(
    name: str, given: str | None, node: Scalar, place: Place, around: Surroundings
) -> EnvVar | None:
    if given is None:
        value = around.variables.get(name)
        if value is None:
            around.findings.add(
                place,
                f"the variable {name} is not set, so it cannot be passed through",
                "set it in the environment or in .env, or write its value here",
            )
            return None
        secret = around.variables.theirs(name) is not None
        if secret:
            around.secrets.add(value)
        return EnvVar(name, value, secret)
    if node.inserted:
        around.secrets.add(given)
        for inserted in node.inserted:
            around.secrets.add(inserted)
    return EnvVar(name, given, bool(node.inserted))


def read_env_files(node: Node | None, around: Surroundings) -> tuple[EnvVar, ...]:
    """What the files set, later files winning; all of it secret. A missing file is noted
    unless it is marked `required: false`. The node has passed ENV_FILE."""
    built: dict[str, EnvVar] = {}
    items = node.items if isinstance(node, ListNode) else (node,) if node else ()
    for item in items:
        path = item.scalar("path") if isinstance(item, MapNode) else item
        required = item.scalar("required") if isinstance(item, MapNode) else None
        if not isinstance(path, Scalar):
            continue
        file = around.directory / Path(path.text).expanduser()
        if required is not None and not _REQUIRED.read(required) and not file.exists():
            continue
        advice = "make it, or mark it 'required: false'"
        content = read_text(file, path.written, path.place, around.findings, advice)
        if content is None:
            continue
        for name, value in read_env(content, file, around.variables, around.findings).items():
            built[name] = EnvVar(name, value, secret=True)
            around.secrets.add(value)
    return tuple(built.values())
