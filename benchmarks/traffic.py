"""The API calls that the sandbox wrote down, counted between two moments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

SERVICES = {"aws": ("ec2", "ssm", "sts"), "gcp": ("gce",), "azure": ("arm",)}
"""What each cloud's calls are logged under by the sandbox."""


class Traffic:
    """The calls of one cloud, whoever makes them."""

    def __init__(self, exchanges: Path, cloud: str) -> None:
        self._exchanges = exchanges
        self._services = SERVICES[cloud]
        self._seen = 0

    def begin(self) -> None:
        """Count from here on."""
        self._seen = len(self._lines())

    def calls(self) -> Mapping[str, int]:
        """The calls since `begin`, by operation, the most frequent first."""
        entries = (json.loads(line) for line in self._lines()[self._seen :])
        found = Counter(entry["action"] for entry in entries if entry["service"] in self._services)
        return dict(found.most_common())

    def _lines(self) -> list[str]:
        return self._exchanges.read_text().splitlines() if self._exchanges.exists() else []
