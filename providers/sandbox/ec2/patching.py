"""The one place where moto's classes are changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def replace_method(owner: Any, name: str, method: Callable[..., Any]) -> Any:
    """Put `method` in the place of `owner.name` and return what was there.

    Raises AttributeError when this version of moto has no such method, so that a renamed one
    is noticed at the start and not when it is not called.
    """
    original = getattr(owner, name)
    setattr(owner, name, method)
    return original
