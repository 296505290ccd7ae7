"""How machines and clouds are reached: `ssh:` and `providers:` of the project file."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestrator.spec import project_shape as words
from orchestrator.spec.model import Ssh, Target
from orchestrator.spec.shape import nearest
from orchestrator.spec.tree import Findings, ListNode, MapNode, Place, Scalar
from providers.contract.registry import settings_of
from providers.contract.types import ProviderSettings

ECHO_URL_VARIABLE = "LONGSHORE_ECHO_URL"
"""Where to ask for our own address when the file names no echo_url; the sandbox sets it."""


def build_ssh(node: MapNode | None, directory: Path, findings: Findings) -> Ssh:
    """The node has passed SSH. Notes a key file that is not there."""
    if node is None:
        return Ssh()
    key, agent, ssh_from = node.scalar("key"), node.scalar("agent"), node.get("ssh_from")
    networks: tuple[str, ...] = ()
    if isinstance(ssh_from, ListNode):
        networks = tuple(words.NETWORK.read(n) for n in ssh_from.items if isinstance(n, Scalar))
    elif isinstance(ssh_from, Scalar) and ssh_from.text != "auto":
        networks = (words.NETWORK.read(ssh_from),)
    return Ssh(
        key=existing_file(key, directory, findings) if key else None,
        agent=words.AGENT.read(agent) if agent else False,
        ssh_from=networks or "auto",
    )


def build_providers(
    node: MapNode | None,
    targets: Iterable[Target],
    directory: Path,
    environ: Mapping[str, str],
    findings: Findings,
) -> tuple[ProviderSettings, ...]:
    """Settings of every provider that is named or used. The node has passed PROVIDERS."""
    written: dict[str, MapNode | None] = dict.fromkeys(
        place.provider for target in targets for place in target.places
    )
    for name, entry in node.entries.items() if node else ():
        if isinstance(entry.value, MapNode) and not name.startswith("x-"):
            check_provider(entry.key, name, name, findings)
            _check_settings(name, entry.value, findings)
            written[name] = entry.value
    return tuple(
        _settings(section, surroundings_of(name, environ), directory, findings)
        for name, section in written.items()
    )


def surroundings_of(name: str, environ: Mapping[str, str]) -> ProviderSettings:
    """What the environment says of a provider, for where the file says nothing: endpoint and
    certificate authority (`LONGSHORE_GCP_ENDPOINT`, `LONGSHORE_GCP_CA`) and echo URL. Some
    clouds' SDKs have no variables of their own for these; the sandbox sets them."""
    prefix = f"LONGSHORE_{name.upper().replace('-', '_')}"
    taken = "endpoint" in settings_of(name)
    return ProviderSettings(
        name,
        endpoint=environ.get(f"{prefix}_ENDPOINT") or None if taken else None,
        ca=environ.get(f"{prefix}_CA") or None if taken else None,
        echo_url=environ.get(ECHO_URL_VARIABLE) or None,
    )


def check_provider(place: Place, name: str, written: str, findings: Findings) -> None:
    """Note a provider that is not installed, while it is still a word in a file and nothing
    has been asked of a cloud. What a variable held is not repeated."""
    from providers.contract.registry import provider_names

    known = provider_names()
    if known and name not in known:
        findings.add(place, f"there is no provider '{written}'", nearest(name, known))


def _check_settings(name: str, node: MapNode, findings: Findings) -> None:
    """Note what another provider would understand: here it would do nothing."""
    taken = settings_of(name)
    for key, entry in node.entries.items():
        if key not in taken and not key.startswith("x-"):
            findings.add(entry.key, f"{name} has no such setting", f"it takes {', '.join(taken)}")


def _settings(
    node: MapNode | None, around: ProviderSettings, directory: Path, findings: Findings
) -> ProviderSettings:
    if node is None:
        return around
    ca, options = node.scalar("ca"), node.map("options")
    ca_file = existing_file(ca, directory, findings) if ca else None
    endpoint = _text(node, "endpoint")
    return ProviderSettings(
        around.name,
        endpoint=endpoint or around.endpoint,
        # The surroundings' authority is for the surroundings' endpoint.
        ca=str(ca_file) if ca_file else None if endpoint else around.ca,
        echo_url=_text(node, "echo_url") or around.echo_url,
        profile=_text(node, "profile"),
        project=_text(node, "project"),
        subscription=_text(node, "subscription"),
        group=_text(node, "group"),
        options={
            key: words.OPTION.read(entry.value)
            for key, entry in (options.entries if options else {}).items()
            if isinstance(entry.value, Scalar) and not key.startswith("x-")
        },
    )


def _text(node: MapNode, key: str) -> str | None:
    found = node.scalar(key)
    return found.text if found else None


def existing_file(node: Scalar, directory: Path, findings: Findings) -> Path:
    """The path as written, relative to the project file. Notes a file that is not there."""
    file = Path(os.path.normpath(directory / Path(node.text).expanduser()))
    if not file.is_file():
        findings.add(
            node.place,
            f"there is no file '{node.written}'",
            "paths are relative to the project file",
        )
    return file
