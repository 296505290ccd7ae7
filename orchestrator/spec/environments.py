"""Choosing the environment: the `environments:` form and the short form."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.spec.interpolate import Variables, interpolate
from orchestrator.spec.model import DEFAULT_ENVIRONMENT
from orchestrator.spec.shape import nearest
from orchestrator.spec.tree import Entry, Findings, MapNode

DEPLOYMENT_KEYS = ("target", "targets", "placement", "between")
"""What belongs to one environment; every other section may stand above all of them."""
SHARED_KEYS = ("health", "ssh", "providers", "deliver")


def environment_names(root: MapNode) -> tuple[str, ...]:
    """The environments a project file has."""
    several = root.map("environments")
    if several is None:
        return (DEFAULT_ENVIRONMENT,)
    return tuple(name for name in several.entries if not name.startswith("x-"))


def choose(root: MapNode, wanted: str | None, findings: Findings) -> str | None:
    """The environment to work on, or None with the reason noted."""
    names = environment_names(root)
    listed = ", ".join(names)
    place = root.at("environments")
    if not names:
        findings.add(place, "there is no environment", "add one, for example production")
        return None
    if wanted is None:
        if len(names) == 1:
            return names[0]
        findings.add(
            place, f"there are several environments: {listed}", "choose one with --environment"
        )
        return None
    if wanted in names:
        return wanted
    close = nearest(wanted, names)
    findings.add(
        place,
        f"there is no environment '{wanted}'; there is {listed}",
        close if close.startswith("did") else "",
    )
    return None


def section_of(root: MapNode, name: str, findings: Findings) -> MapNode | None:
    """The chosen environment's keys, completed by those that stand for all environments."""
    several = root.map("environments")
    if several is None:
        return root
    for key in DEPLOYMENT_KEYS:
        if key in root.entries:
            findings.add(
                root.at(key),
                "stands beside 'environments', so nobody can say whose it is",
                "move it into an environment",
            )
    own = several.map(name)
    if own is None:
        return None
    inherited: Mapping[str, Entry] = {k: root.entries[k] for k in SHARED_KEYS if k in root.entries}
    return MapNode(own.place, {**inherited, **own.entries})


def interpolate_chosen(
    root: MapNode, environment: str | None, variables: Variables, findings: Findings
) -> MapNode:
    """The file with its values expanded. Other environments may use variables that are not
    set here, so nothing is said about theirs."""
    entries = {}
    for key, entry in root.entries.items():
        if key == "environments" and isinstance(entry.value, MapNode):
            sections = {
                name: Entry(
                    section.key,
                    interpolate(
                        section.value, variables, findings if name == environment else None
                    ),
                )
                for name, section in entry.value.entries.items()
            }
            entries[key] = Entry(entry.key, MapNode(entry.value.place, sections))
        elif key.startswith("x-"):
            entries[key] = entry
        else:
            entries[key] = Entry(entry.key, interpolate(entry.value, variables, findings))
    return MapNode(root.place, entries)
