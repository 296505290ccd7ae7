"""Labels on the containers, volumes and networks that the sandbox makes."""

from __future__ import annotations

SANDBOX = "longshore.sandbox"
"""The sandbox's id."""
INSTANCE = "longshore.sandbox.instance"
"""The EC2 instance id that the machine stands for."""
