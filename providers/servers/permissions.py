"""What each operation needs on a server. There is one right, and it is root's: claims are
root's files, and installing Docker takes root anyway."""

from __future__ import annotations

from collections.abc import Mapping

from providers.servers.scripts import CONSOLE, DROP, PUT, READ

ROOT = ("root, or sudo without a password",)

PERMISSIONS: Mapping[str, tuple[str, ...]] = {READ: ROOT, PUT: ROOT, DROP: ROOT, CONSOLE: ROOT}
