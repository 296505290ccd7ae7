"""The two large management libraries, imported without what only describes them.

Each has a module `types`: every model once more, as a dictionary with typed keys, which the
operations name in their annotations and nowhere else. Making those 2,000 classes takes a sixth
of the import. So the annotations find `Any` instead; whoever imports such a module afterwards
gets it as ever. A test looks into the operations for any other use.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

DESCRIBED = ("azure.mgmt.compute", "azure.mgmt.network")
"""The packages with such a module."""

_lock = threading.RLock()


class _Anything(ModuleType):
    """In the place of a module while annotations are read from it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return Any


@contextmanager
def undescribed() -> Iterator[None]:
    """While it lasts, importing one of the packages leaves out its descriptions. What has been
    imported before stays as it is. Calls side by side wait for each other."""
    with _lock:
        names = [f"{package}.types" for package in DESCRIBED if package not in sys.modules]
        standing = {name: _Anything(name) for name in names if name not in sys.modules}
        sys.modules.update(standing)
        try:
            yield
        finally:
            for name in standing:
                del sys.modules[name]
