"""Commands: a list, or one line split the way a shell splits words (no shell runs)."""

from __future__ import annotations

import shlex

from orchestrator.spec.shape import Either, ListOf, Unfit, Word
from orchestrator.spec.tree import ListNode, Node, Scalar
from orchestrator.spec.words import unfit, written

EXPECTED = "a command line or a list of words"


def _split(node: Scalar) -> tuple[str, ...]:
    if node.value is None or isinstance(node.value, bool):
        raise unfit(EXPECTED, node)
    try:
        return tuple(shlex.split(node.text))
    except ValueError:
        raise Unfit("a quote is not closed", "close it, or write a list of words") from None


_LINE: Word[tuple[str, ...]] = Word(EXPECTED, _split, {"type": ["string", "number"]})
_WORD = written("a word")
COMMAND = Either(EXPECTED, word=_LINE, items=ListOf(_WORD, "a list of words"), null=True)


def build_command(node: Node | None) -> tuple[str, ...] | None:
    """None (absent or null) keeps the image's own; an empty list or line clears it, as the
    Compose Specification says. The node has passed COMMAND."""
    if isinstance(node, ListNode):
        return tuple(_WORD.read(item) for item in node.items if isinstance(item, Scalar))
    if isinstance(node, Scalar) and node.value is not None:
        return _LINE.read(node)
    return None
