"""Every command loads the project, so loading must not pull in anything heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "hello" / "longshore.yaml"
HEAVY = ("pydantic", "rich", "click", "docker", "paramiko", "boto3", "cryptography", "difflib")
SCRIPT = f"""
import sys
from pathlib import Path
from orchestrator.spec import load_project
assert "yaml" not in sys.modules
load_project(Path({str(EXAMPLE)!r}), environment=None, environ={{}})
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_loading_imports_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == ""
