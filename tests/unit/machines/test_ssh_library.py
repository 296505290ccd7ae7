"""Loading paramiko the short way."""

from __future__ import annotations

import subprocess
import sys

SHORT = """
import sys
from orchestrator.machines.ssh_library import load_ssh_library
load_ssh_library()
load_ssh_library()
assert "paramiko" in sys.modules and "invoke" not in sys.modules
import invoke
"""
LONG = """
import sys, invoke
from orchestrator.machines.ssh_library import load_ssh_library
load_ssh_library()
assert sys.modules["invoke"] is invoke
"""


def test_what_is_not_used_is_not_loaded_and_can_be_loaded_later() -> None:
    subprocess.run([sys.executable, "-c", SHORT], check=True)


def test_what_others_have_loaded_stays() -> None:
    subprocess.run([sys.executable, "-c", LONG], check=True)
