"""Fixtures of the suites that run the real command on real machines."""

from tests.fixtures import baked, rehearsal, swept, yard

__all__ = ["baked", "rehearsal", "swept", "yard"]
