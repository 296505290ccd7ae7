"""Survey and plan together, with everything slow under way at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from orchestrator.app.host_facts import read_hosts
from orchestrator.app.session import Session
from orchestrator.machines.facts import Facts
from orchestrator.machines.families import family_of_target
from orchestrator.machines.keys import authorized_key
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import stamp_of
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
from orchestrator.planning.servers import equipped
from orchestrator.planning.survey import Survey
from orchestrator.planning.up import plan_up
from orchestrator.planning.workloads import resolve_workloads


def desired_and_survey(session: Session) -> tuple[Desired, Survey]:
    """What should be and what is. Raises CloudError, LongshoreError."""
    with (
        session.surveying() as surveyor,
        ThreadPoolExecutor(1, thread_name_prefix="deployer") as pool,
    ):
        deployer = pool.submit(lambda: session.deployer)
        facts = read_hosts(session)
        project = equipped(session.project, facts)
        desired = Desired(
            project=project,
            workloads=resolve_workloads(project),
            public_key=_public_key(session),
            deployer=deployer.result(),
            stamps=_stamps(session, facts),
            facts=facts,
        )
        return desired, surveyor.answer()


def _public_key(session: Session) -> str:
    """What new machines authorise; nothing where none are made."""
    if all(target.hosts for target in session.project.targets):
        return ""
    return authorized_key(session.login)


def _stamps(session: Session, facts: Mapping[str, Facts]) -> dict[str, str]:
    playbook = load_playbook("docker")
    systems = {target.os for target in session.project.targets if not target.hosts}
    families = {found.os_family for found in facts.values()}
    return {
        **{os: stamp_of(playbook, family_of_target(os)) for os in systems},
        **{family: stamp_of(playbook, family) for family in families},
    }


def plan_session(session: Session) -> tuple[Plan, Survey]:
    """The plan for `up`, and the survey it rests on. Changes nothing."""
    desired, survey = desired_and_survey(session)
    return plan_up(desired, survey, datetime.now(UTC).date()), survey
