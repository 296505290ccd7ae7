"""Letting a machine pull an image by itself, without signing in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from orchestrator.engine.errors import EngineError, EngineUnreachableError
from orchestrator.images.errors import PullError, PullProblem
from orchestrator.images.inspection import ImageInfo, inspect_image

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import Engine
    from orchestrator.engine.stream import EngineStream

PULL_DEADLINE = 900.0
"""Seconds a pull may take in all."""
LOOK_AT_CANCEL = 0.5

# The Engine passes on what the registry or the network said and gives no code for it
# (moby, distribution/errors.go), so the kind, and with it the advice, is read out of words.
UNAUTHORIZED = ("unauthorized", "authentication required", "denied", "no basic auth")
NOT_FOUND = ("not found", "manifest unknown", "does not exist", "no matching manifest")
UNREACHABLE = (
    "no such host",
    "connection refused",
    "i/o timeout",
    "network is unreachable",
    "no route to host",
    "server misbehaving",
    "deadline exceeded",
    "x509",
    "tls",
    "client.timeout",
    "temporary failure in name resolution",
)
ADVICE: dict[PullProblem, str] = {
    "unauthorized": "the registry wants a sign-in, or has no such image: check the name, and "
    "make the image public or deliver it directly with `deliver: direct`",
    "not found": "check the image's name, tag and platform",
    "unreachable": "check the registry's name and that the machine may reach it, or deliver "
    "the image directly with `deliver: direct`",
    "timeout": "run the command again: layers that arrived are kept",
    "failed": "",
}


@dataclass(frozen=True)
class LayerProgress:
    """One line of a pull: bytes are those of the layer `layer`; 0 where none are known."""

    machine: str
    layer: str
    status: str
    done: int
    total: int


def pull(
    engine: Engine,
    reference: str,
    *,
    cancel: Cancellation,
    on_progress: Callable[[LayerProgress], None] = lambda _: None,
    deadline: float = PULL_DEADLINE,
) -> ImageInfo:
    """Have the machine pull `reference`, anonymously, and say what it got.

    Pulling what is there asks the registry whether the tag has moved and changes nothing
    else. Raises PullError (kind in `problem`), EngineError, Interrupted.
    """
    name, tag = split_reference(reference)
    query = urlencode({"fromImage": name, "tag": tag})
    until = time.monotonic() + deadline
    try:
        with engine.stream(
            f"pull {reference}", "POST", f"/images/create?{query}", answer_within=deadline
        ) as stream:
            for message in _messages(stream, until, cancel):
                if "error" in message:
                    raise pull_error(engine.name, reference, str(message["error"]))
                on_progress(_progress(engine.name, message))
    except EngineUnreachableError as error:
        if time.monotonic() < until:
            raise
        words = f"not finished after {deadline:g} s"
        raise PullError(
            engine.name, reference, "timeout", words, advice=ADVICE["timeout"]
        ) from error
    except EngineError as error:
        raise pull_error(engine.name, reference, error.words) from error
    return inspect_image(engine, reference)


def split_reference(reference: str) -> tuple[str, str]:
    """Name and tag or digest, as the pull call takes them. Without a tag it is "latest":
    the Engine would pull every tag there is."""
    if "@" in reference:
        name, digest = reference.split("@", 1)
        return name.rsplit(":", 1)[0] if ":" in name.rsplit("/", 1)[-1] else name, digest
    head, slash, last = reference.rpartition("/")
    name, colon, tag = last.partition(":")
    return head + slash + name, tag if colon else "latest"


def pull_error(machine: str, reference: str, words: str) -> PullError:
    """The error for what the Engine said of a failed pull."""
    said = words.lower()
    problem: PullProblem = "failed"
    kinds: tuple[tuple[PullProblem, tuple[str, ...]], ...] = (
        ("unauthorized", UNAUTHORIZED),
        ("unreachable", UNREACHABLE),
        ("not found", NOT_FOUND),
    )
    for kind, signs in kinds:
        if any(sign in said for sign in signs):
            problem = kind
            break
    return PullError(machine, reference, problem, words, advice=ADVICE[problem])


def _messages(stream: EngineStream, until: float, cancel: Cancellation) -> Iterator[Any]:
    """The answer's JSON lines, with an eye on the deadline and on a request to stop."""
    rest = b""
    while True:
        cancel.check()
        left = until - time.monotonic()
        stream.set_timeout(max(min(left, until), 0.001))
        piece = stream.read()
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _progress(machine: str, message: Any) -> LayerProgress:
    detail = message.get("progressDetail") or {}
    return LayerProgress(
        machine=machine,
        layer=str(message.get("id", "")),
        status=str(message.get("status", "")),
        done=int(detail.get("current") or 0),
        total=int(detail.get("total") or 0),
    )
