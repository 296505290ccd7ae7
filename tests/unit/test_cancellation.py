"""Stopping everything, and giving up a part of it."""

from __future__ import annotations

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted


def test_a_child_is_requested_with_its_parent() -> None:
    parent = Cancellation()
    child = parent.child()
    parent.request()
    with pytest.raises(Interrupted):
        child.wait(10)


def test_a_child_can_be_given_up_alone() -> None:
    parent = Cancellation()
    first, second = parent.child(), parent.child()
    first.request()
    assert first.requested
    assert not second.requested
    parent.check()


def test_a_child_of_what_was_requested_already_is_requested() -> None:
    parent = Cancellation()
    parent.request()
    assert parent.child().requested
