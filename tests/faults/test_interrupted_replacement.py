"""Ctrl-C while a container is replaced: whatever the moment, the old one serves again."""

from __future__ import annotations

import json
import signal

import pytest

from tests.rehearsal import COMPOSE, DEADLINE, DOCKERFILE, Rehearsal, page

NEVER_WELL = COMPOSE.replace("retries: 5", "retries: 5\n      start_period: 120s").replace(
    "http://127.0.0.1:8080/", "http://127.0.0.1:9/"
)
ENDS_SLOWLY = DOCKERFILE.partition("STOPSIGNAL")[0] + (
    'ENTRYPOINT ["/busybox", "sh", "-c", "trap \'/busybox sleep 1; exit\' TERM; '
    '/busybox httpd -f -p 8080 -h /www & wait"]\n'
)
NEVER_ENDS = DOCKERFILE.replace("STOPSIGNAL SIGKILL\n", "")
"""As process 1 httpd hears no SIGTERM: the Engine waits for it longer than a stop may take."""


@pytest.mark.parametrize(
    ("moment", "dockerfile"),
    [
        ("stopping the old one", ENDS_SLOWLY),
        ("stopping the old one", NEVER_ENDS),
        ("waiting until healthy", ENDS_SLOWLY),
    ],
    ids=["stopping", "stopping what does not hear of it", "waiting"],
)
def test_the_old_container_serves_again(rehearsal: Rehearsal, moment: str, dockerfile: str) -> None:
    rehearsal.write_app(page="first", dockerfile=dockerfile)
    (url,) = [event["url"] for event in rehearsal.up().check().of("url-ready")]
    rehearsal.write_app(page="second", dockerfile=dockerfile, compose=NEVER_WELL)

    process = rehearsal.start("up", "--yes", "--output", "json")
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["type"] == "operation-progress" and event["message"] == moment:
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=DEADLINE)

    assert process.returncode == 130, f"{out}\n{err}"
    assert json.loads(out.splitlines()[-1])["outcome"] == "interrupted"
    assert page(url) == "first"
    (instance,) = rehearsal.instances()
    names = rehearsal.on_machine(
        instance["InstanceId"], "docker", "ps", "-a", "--format", "{{.Names}} {{.State}}"
    )
    assert names.splitlines() == [f"{rehearsal.name}-production-web running"]
    rehearsal.write_app(page="third")
    rehearsal.up().check()
    assert page(url) == "third"
