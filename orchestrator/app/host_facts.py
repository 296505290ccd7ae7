"""What the project's servers are: one round trip each, all at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from orchestrator.app.session import Session
from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.machines.errors import Unreachable
from orchestrator.machines.facts import Facts, read_facts
from orchestrator.planning.look import ANSWER_DEADLINE
from orchestrator.spec.hosts import Host

PARALLEL = 32


def read_hosts(session: Session) -> Mapping[str, Facts]:
    """The facts of each host of the project, by id, over the connections that the survey
    uses too. Changes nothing.

    A host that does not answer is left out: the survey says so. Raises LongshoreError for
    one that answers and lets nobody in, shows another host key, or cannot be read.
    """
    hosts = [host for target in session.project.targets for host in target.hosts]
    if not hosts:
        return {}
    session.fleet.prepare()
    with ThreadPoolExecutor(min(PARALLEL, len(hosts)), thread_name_prefix="facts") as pool:
        found = list(pool.map(lambda host: _read(session, host), hosts))
    for outcome in found:
        if isinstance(outcome, LongshoreError):
            raise outcome
    return {
        host.id: facts for host, facts in zip(hosts, found, strict=True) if isinstance(facts, Facts)
    }


def _read(session: Session, host: Host) -> Facts | LongshoreError | None:
    try:
        connection = session.fleet.connect(
            host.label, host.id, frozenset(), deadline=ANSWER_DEADLINE
        )
        return read_facts(connection)
    except Unreachable:
        return None
    except Interrupted:
        raise
    except LongshoreError as error:
        return error
