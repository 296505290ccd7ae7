"""Loading paramiko, without the part of it that nothing here uses."""

from __future__ import annotations

import sys
import threading
from typing import cast

_lock = threading.Lock()
OPTIONAL = "invoke"
"""What paramiko runs `Match exec` of an ssh_config with, when it can be imported
(paramiko/config.py); we read no ssh_config, and it doubles the time of the import."""


def load_ssh_library() -> None:
    """Import paramiko. Worth calling before anything else imports it; twice is safe."""
    with _lock:
        if "paramiko" in sys.modules:
            return
        modules = cast("dict[str, object]", sys.modules)
        hidden = OPTIONAL not in modules
        if hidden:
            # None makes the import fail, which paramiko takes for "not installed".
            modules[OPTIONAL] = None
        try:
            import paramiko  # noqa: F401
        finally:
            if hidden:
                del modules[OPTIONAL]
