"""Who runs this process, for locks, releases and firewall rules."""

from __future__ import annotations

import getpass
import os


def who() -> str:
    """The user's name: of the environment (`LOGNAME`, `USER`), else of the system's table
    of users. A process whose user is in neither (`docker run -u 12345`) is `uid-12345`."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # No entry for the user: KeyError up to Python 3.12, OSError from 3.13 on.
        return f"uid-{os.getuid()}"
