"""Survey and plan together, with everything slow under way at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from orchestrator.app.session import Session
from orchestrator.machines.families import family_of_target
from orchestrator.machines.keys import authorized_key
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import stamp_of
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
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
        desired = Desired(
            project=session.project,
            workloads=resolve_workloads(session.project),
            public_key=authorized_key(session.login),
            deployer=deployer.result(),
            stamps=_stamps(session),
        )
        return desired, surveyor.answer()


def _stamps(session: Session) -> dict[str, str]:
    playbook = load_playbook("docker")
    systems = {target.os for target in session.project.targets}
    return {os: stamp_of(playbook, family_of_target(os)) for os in systems}


def plan_session(session: Session) -> tuple[Plan, Survey]:
    """The plan for `up`, and the survey it rests on. Changes nothing."""
    desired, survey = desired_and_survey(session)
    return plan_up(desired, survey, datetime.now(UTC).date()), survey
