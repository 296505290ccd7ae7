"""`longshore version`."""

from __future__ import annotations

import json
import platform
import re
from importlib import metadata

import click

from orchestrator import __version__
from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation

EXTRAS = ("aws", "gcp", "azure", "sandbox")


@click.command("version", epilog=example("longshore version", "longshore version --output json"))
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Print the versions of Longshore and what it uses; offline."""
    extras = {extra: installed(extra) for extra in EXTRAS}
    if console.output == "json":
        found = {"longshore": __version__, "python": platform.python_version(), "extras": extras}
        console.write(json.dumps(found))
        return ExitCode.DONE
    lines = [f"longshore {__version__}", f"python    {platform.python_version()}"]
    for extra, versions in extras.items():
        shown = ", ".join(f"{name} {version}" for name, version in versions.items())
        lines.append(f"{extra:<9} {shown or 'not installed'}")
    console.write("\n".join(lines))
    return ExitCode.DONE


def installed(extra: str) -> dict[str, str]:
    """Return the versions of an extra's distributions; empty unless all are installed.
    Reads their metadata and imports none of them."""
    versions: dict[str, str] = {}
    for requirement in metadata.requires("longshore") or []:
        if f"extra == '{extra}'" not in requirement.replace('"', "'"):
            continue
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            return {}
    return versions
