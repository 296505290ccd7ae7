"""Loading the docker SDK, from one thread at a time.

Its modules import each other in circles. Where two threads begin at different ends, Python
gives one of them a module that is half there, to keep them from waiting for each other for
ever; so whoever needs it first loads all of it, and the others wait.
"""

from __future__ import annotations

import threading

_lock = threading.Lock()


def load_docker_library() -> None:
    """Import docker. To be called before anything else imports it; twice is safe."""
    with _lock:
        import docker  # noqa: F401
