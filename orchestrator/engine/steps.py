"""The steps of a replacement, as events name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal[
    "recovered",
    "creating",
    "stopping the old one",
    "starting",
    "waiting until healthy",
    "removing the old one",
    "keeping the failed one",
    "starting the old one again",
]
OnStep = Callable[[Step, str], None]
"""Hears each step with a detail for a person, before the step is taken."""

UNINTERRUPTED = 120.0
"""Seconds for which a stop that is asked for may wait, so that it never finds the service
down: a few calls to the Engine, one of which waits for a container to end."""
