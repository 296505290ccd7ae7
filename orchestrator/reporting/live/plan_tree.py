"""The plan as a tree: target, machine, and what changes on each."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from orchestrator.reporting.events import PlannedChange, PlanReady
from orchestrator.reporting.phrases import SIGNS, clean

COLOURS = {"create": "green", "update": "yellow", "delete": "red", "none": "dim"}


def plan_tree(plan: PlanReady, title: str) -> Tree:
    """Return the changes of `plan` as a tree, in their order; what stays is left out."""
    tree = Tree(Text(title, style="bold"), guide_style="dim")
    branches: dict[tuple[str, str], Tree] = {}
    # Of two machines of one name, where one takes the other's place, what is on it is on the
    # one that comes or stays.
    machines: dict[tuple[str, str], PlannedChange] = {}
    for change in plan.changes:
        if change.kind == "machine":
            key = (change.target or "", change.subject)
            if key not in machines or change.action != "delete":
                machines[key] = change
    for change in plan.changes:
        if change.action == "none":
            continue
        target = change.target or ""
        parent = tree
        if target:
            label = Text.assemble(("target ", "dim"), target)
            parent = _branch(branches, (target, ""), tree, label)
        name = change.subject if change.kind == "machine" else change.machine or ""
        if not name:
            parent.add(_label(change))
            continue
        itself = machines.get((target, name))
        if change.kind == "machine" and change is not itself:
            parent.add(_label(change))
            continue
        label = _label(itself) if itself and itself.action != "none" else _unchanged(name)
        branch = _branch(branches, (target, name), parent, label)
        if change.kind != "machine":
            branch.add(_label(change))
    return tree


def _branch(
    branches: dict[tuple[str, str], Tree], key: tuple[str, str], parent: Tree, label: Text
) -> Tree:
    if key not in branches:
        branches[key] = parent.add(label)
    return branches[key]


def _label(change: PlannedChange) -> Text:
    colour = COLOURS[change.action]
    text = Text(f"{SIGNS[change.action]} ", style=f"bold {colour}")
    text.append(clean(f"{change.kind} {change.subject}"), style=colour)
    if change.detail:
        text.append(f"  {clean(change.detail)}", style="dim")
    return text


def _unchanged(machine: str) -> Text:
    return Text.assemble(("machine ", "dim"), (clean(machine), "dim"))
