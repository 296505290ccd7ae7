"""Deploys that must fail: what runs goes on running, and the reader sees why."""

from __future__ import annotations

from tests.rehearsal import COMPOSE, Rehearsal, page

BROKEN = COMPOSE.replace(
    "    build: .\n",
    '    build: .\n    entrypoint: ["/busybox", "sh", "-c", "echo cannot; exit 3"]\n',
)


def test_a_broken_release_leaves_the_old_one_running(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(page="good")
    (url,) = [event["url"] for event in rehearsal.up().check().of("url-ready")]
    rehearsal.write_app(page="bad", compose=BROKEN)

    ran = rehearsal.up()

    assert ran.code == 1
    (failed,) = ran.of("operation-failed")
    assert (failed["kind"], failed["subject"], failed["machine"]) == ("container", "web", "us-1")
    assert "exited with status 3" in failed["message"]
    assert "cannot" in failed["details"]
    assert page(url) == "good"
    (instance,) = rehearsal.instances()
    names = rehearsal.on_machine(
        instance["InstanceId"], "docker", "ps", "-a", "--format", "{{.Names}} {{.State}}"
    )
    assert sorted(names.splitlines()) == [
        f"{rehearsal.name}-production-web running",
        f"{rehearsal.name}-production-web-failed exited",
    ]
    rehearsal.write_app(page="better")
    rehearsal.up().check()
    assert page(url) == "better"
