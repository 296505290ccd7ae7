"""The part of the Compose Specification that Longshore honours, as a shape."""

from __future__ import annotations

import re
from typing import Literal, cast

from orchestrator.spec import refusals
from orchestrator.spec.commands import COMMAND
from orchestrator.spec.dependencies import DEPENDS_ON
from orchestrator.spec.environment import ENV_FILE, VARIABLES
from orchestrator.spec.healthchecks import HEALTHCHECK
from orchestrator.spec.limits import DEPLOY, SHORT_FORMS
from orchestrator.spec.model import Restart
from orchestrator.spec.mounts import MOUNTS, VOLUME_NAME
from orchestrator.spec.ports import PORTS
from orchestrator.spec.shape import Either, Key, Keys, ListOf, MapOf, Unfit, Word
from orchestrator.spec.tree import Scalar
from orchestrator.spec.words import choice, parsed, text, unfit, written

Policy = Literal["no", "always", "on-failure", "unless-stopped"]
SERVICE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}")
_IMAGE = re.compile(
    r"(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?")
_RESTART = re.compile(r"(no|always|unless-stopped|on-failure)(?::([0-9]{1,5}))?")
_RESTART_EXPECTED = "no, always, unless-stopped, on-failure or on-failure:3"


def _read_image(node: Scalar) -> str:
    if not isinstance(node.value, str):
        raise unfit("an image such as nginx:1.27", node)
    if not _IMAGE.fullmatch(node.text):
        lower = node.text != node.text.lower() and _IMAGE.fullmatch(node.text.lower())
        advice = "the name is all lower-case" if lower and not node.interpolated else ""
        raise unfit("an image such as nginx:1.27", node, advice)
    return node.text


def _read_restart(node: Scalar) -> Restart:
    match = _RESTART.fullmatch(node.text) if isinstance(node.value, str) else None
    if match is None or (match[2] and match[1] != "on-failure"):
        raise unfit(_RESTART_EXPECTED, node, "write no" if node.value is False else "")
    return Restart(cast(Policy, match[1]), int(match[2] or 0))


def _read_user(node: Scalar) -> str:
    if isinstance(node.value, bool | float | None) or not _USER.fullmatch(node.text):
        raise unfit("a user such as 1000, app or 1000:1000", node)
    return node.text


def _absolute(written_path: str) -> str:
    if not written_path.startswith("/"):
        raise Unfit("")
    return written_path


IMAGE: Word[str] = Word("an image such as nginx:1.27", _read_image, {"type": "string"})
RESTART: Word[Restart] = Word(_RESTART_EXPECTED, _read_restart, {"type": "string"})
USER: Word[str] = Word("a user", _read_user, {"type": ["string", "integer"]})
WORKING_DIR = parsed("an absolute path in the container", _absolute)
CONTEXT = text("the path of a directory")
LABEL_ITEM = text("NAME=value or NAME")
BUILD = Either(
    "a directory or a mapping with 'context'",
    word=CONTEXT,
    map=Keys(
        {
            "context": Key(CONTEXT, "The directory that is sent to the builder."),
            "dockerfile": Key(text("the path of a Dockerfile"), "Relative to the context."),
            "args": Key(VARIABLES, "Build arguments."),
            "target": Key(text("the name of a build stage"), "The stage to build."),
        },
        "a mapping with 'context'",
        refusals.BUILD,
    ),
)
LABELS = Either(
    "a mapping or a list of labels",
    items=ListOf(LABEL_ITEM, "a list of labels"),
    map=MapOf(written(), "a mapping of labels"),
)
SERVICE = Keys(
    {
        "image": Key(IMAGE, "The image to run, or the name of what is built."),
        "build": Key(BUILD, "What to build the image from."),
        "command": Key(COMMAND, "Replaces the image's CMD; [] clears it."),
        "entrypoint": Key(COMMAND, "Replaces the image's ENTRYPOINT; [] clears it."),
        "environment": Key(VARIABLES, "Variables; a bare NAME takes your own value."),
        "env_file": Key(ENV_FILE, "Files with variables; all of them are kept secret."),
        "ports": Key(PORTS, "Ports of the machine that lead into the container."),
        "volumes": Key(MOUNTS, "Volumes and paths of the machine to mount."),
        "restart": Key(RESTART, "When the Engine starts the container again."),
        "healthcheck": Key(HEALTHCHECK, "How to see that the container is well."),
        "depends_on": Key(DEPENDS_ON, "Services that are started before this one."),
        "labels": Key(LABELS, "Labels of the container."),
        "user": Key(USER, "The user, and group, that runs the process."),
        "working_dir": Key(WORKING_DIR, "The directory the process starts in."),
        "deploy": Key(DEPLOY, "Limits of CPU, memory and processes."),
        **SHORT_FORMS,
    },
    "a mapping that describes the service",
    refusals.SERVICE,
)
VOLUME = Either(
    "nothing, or a mapping",
    map=Keys(
        {"driver": Key(choice("local"), "Only local.")},
        "a mapping",
        refusals.VOLUME,
    ),
    null=True,
)
COMPOSE = Keys(
    {
        "name": Key(
            text("a name", r"[a-z0-9][a-z0-9_-]*"),
            "Compose's own project name; the project file's name is the one that counts.",
        ),
        "version": Key(written("a version"), "Has no meaning any more."),
        "services": Key(
            MapOf(
                SERVICE,
                "a mapping of services",
                SERVICE_NAME,
                "letters, digits, dots, dashes and underscores, at most 63",
            ),
            "What to run.",
            "services: {web: {image: nginx}}",
        ),
        "volumes": Key(
            MapOf(
                VOLUME,
                "a mapping of volumes",
                VOLUME_NAME,
                "letters, digits, dots, dashes and underscores",
            ),
            "Named volumes; each machine has its own.",
        ),
    },
    "a mapping with 'services'",
    refusals.TOP_LEVEL,
)
