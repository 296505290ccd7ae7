"""Release records that say what runs, all of it, whatever run put it there."""

from __future__ import annotations

from orchestrator.app.session import Session
from orchestrator.operations.context import Context
from orchestrator.operations.record_release import RecordRelease, release_hash
from orchestrator.operations.workload import PLATFORMS
from orchestrator.planning.survey import Survey


def note_running_images(session: Session, survey: Survey, context: Context) -> None:
    """Make the images of containers that stay as they are known to the record."""
    platforms = {target.name: PLATFORMS[target.arch] for target in session.project.targets}
    for view in survey.machines:
        if view.cloud.target in platforms:
            platform = platforms[view.cloud.target]
            for container in view.containers:
                if container.role == "current":
                    context.results.put_image(container.service, platform, container.image_id)


def ensure_release(session: Session, context: Context) -> None:
    """Record what runs unless the last record says it already: the run that deployed it
    may have been killed just before, or the state was lost since."""
    recorded = session.store.releases.all()
    if not recorded or recorded[-1].config_hash != release_hash(session.project):
        RecordRelease().apply(context)
