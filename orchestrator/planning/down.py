"""The plan that leaves nothing."""

from __future__ import annotations

from orchestrator.planning.plan import Plan
from orchestrator.planning.removal import removals
from orchestrator.planning.survey import Survey
from orchestrator.spec.hosts import SERVERS


def plan_down(survey: Survey) -> Plan:
    """Destroy everything that carries our tags, in dependency order.

    A disk or interface that goes with its machine is in the listing too; destroying what
    is gone already is fine, and finding it still there is what this is for.
    """
    machines = [view.resource for view in survey.machines]
    warnings = [
        f"{place} cannot be asked, so what is there stays: {error}"
        for place, error in survey.unanswered.items()
    ]
    borrowed = [view for view in survey.machines if view.cloud.provider == SERVERS]
    if len(machines) > len(borrowed):
        warnings.append("the data on these machines goes with them, that in volumes included")
    if borrowed:
        names = ", ".join(view.name for view in borrowed)
        warnings.append(
            f"{names}: the servers stay, and Docker on them; this environment's containers and "
            "images go, and its volumes with the data in them"
        )
    return Plan(
        operations=tuple(removals([*machines, *survey.resources])), warnings=tuple(warnings)
    )
