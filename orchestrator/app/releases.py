"""Release records that say what runs, whatever run put it there."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.app.session import Session
from orchestrator.operations.context import Context
from orchestrator.operations.record_release import RecordRelease, release_hash
from orchestrator.planning.plan import Plan


def ensure_release(session: Session, plan: Plan, context: Context) -> None:
    """Record what runs unless the last record says it already: the run that deployed it
    may have been killed just before, or the state was lost since. It keeps the release id
    that the newest of the running containers carry."""
    recorded = session.store.releases.all()
    if recorded and recorded[-1].config_hash == release_hash(session.project):
        return
    running = [c.release for view in plan.machines for c in view.containers if c.role == "current"]
    RecordRelease().apply(replace(context, release=max(running, default=context.release)))
