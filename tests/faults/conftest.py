"""Fixtures of the suites that run the real command on real machines."""

from tests.fixtures import baked, rehearsal, swept

__all__ = ["baked", "rehearsal", "swept"]
