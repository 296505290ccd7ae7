"""No secret leaves the places it belongs: the project's own files, this process, and the
container's environment, which the Engine keeps for itself."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.rehearsal import COMPOSE, Rehearsal, command

IN_ENV_FILE = "canary-of-the-env-file-5f1c"
IN_ENVIRONMENT = "canary-of-the-environment-90ab"
INTERPOLATED = "canary-interpolated-77de"
CANARIES = (IN_ENV_FILE, IN_ENVIRONMENT, INTERPOLATED)

WITH_SECRETS = COMPOSE.replace(
    "    build: .\n",
    """\
    build:
      context: .
      args:
        BUILD_TOKEN: ${TOKEN}
    env_file: app.env
    environment:
      - FROM_SHELL
      - DATABASE_URL=postgres://app:${TOKEN}@db/app
""",
)
LEAKS = COMPOSE.replace(
    "    build: .\n",
    """\
    build: .
    env_file: app.env
    environment: {FROM_SHELL: "${FROM_SHELL}", TOKEN: "${TOKEN}"}
    entrypoint:
      ["/busybox", "sh", "-c", "echo $$FROM_ENV_FILE $$FROM_SHELL $$TOKEN; exit 1"]
""",
)
ARGUMENTS = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; echo; done 2>/dev/null"
# Docker and its containerd keep the environment of containers below their own root-only
# directories: the exception that docs/security.md names.
ON_DISK = (
    "grep -rlaE 'canary-(of-the|interpolated)' / --exclude-dir=proc --exclude-dir=sys "
    "--exclude-dir=docker --exclude-dir=containerd 2>/dev/null || true"
)


class Watch(threading.Thread):
    """Reads the argument vectors of every process here, and so on every sandbox machine,
    over and over until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = threading.Event()
        self.looks = 0
        self.seen: set[str] = set()

    def run(self) -> None:
        while not self.stopping.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                self.seen.update(f"{canary}: {line}" for canary in CANARIES if canary in line)
            self.looks += 1
            self.stopping.wait(0.02)


def with_secrets(rehearsal: Rehearsal, compose: str) -> None:
    rehearsal.write_app(compose=compose)
    (rehearsal.folder / "app.env").write_text(f"FROM_ENV_FILE={IN_ENV_FILE}\n")
    (rehearsal.folder / ".dockerignore").write_text("app.env\n")
    rehearsal.extra_environment = {"FROM_SHELL": IN_ENVIRONMENT, "TOKEN": INTERPOLATED}


def check_nothing_kept(rehearsal: Rehearsal) -> None:
    for path in (rehearsal.folder / ".longshore").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [c for c in CANARIES if c.encode() in content], path
    for canary in CANARIES:
        assert canary not in rehearsal.sandbox.exchanges.read_text()


def test_secrets_reach_the_container_and_nothing_else(rehearsal: Rehearsal) -> None:
    with_secrets(rehearsal, WITH_SECRETS)
    watch = Watch()
    watch.start()
    ran = rehearsal.up().check()
    plain = rehearsal.run("up", "--yes").check()
    config = rehearsal.run("config").check()
    plan = rehearsal.run("plan").check()
    status = rehearsal.run("status", "--output", "json").check()
    watch.stopping.set()
    watch.join()

    (instance,) = rehearsal.instances()
    id = instance["InstanceId"]
    container = rehearsal.on_machine(id, "docker", "ps", "-q").strip()
    shown = rehearsal.on_machine(
        id, "docker", "inspect", "--format", "{{json .Config.Env}}", container
    )
    assert all(canary in shown for canary in CANARIES), "the app got its secrets"

    for done in (ran, plain, config, plan, status):
        assert not [c for c in CANARIES if c in done.out + done.err]
    assert watch.looks > 50
    assert watch.seen == set()
    assert rehearsal.on_machine(id, "sh", "-c", ON_DISK).split() == []
    check_nothing_kept(rehearsal)


def test_what_a_failing_container_prints_is_masked(rehearsal: Rehearsal) -> None:
    with_secrets(rehearsal, LEAKS)
    ran = rehearsal.up()
    assert ran.code == 1
    (failed,) = ran.of("operation-failed")
    assert "*** *** ***" in failed["details"]
    assert not [c for c in CANARIES if c in ran.out + ran.err]
    logs = rehearsal.run("logs", "web")
    assert not [c for c in CANARIES if c in logs.out + logs.err]
    check_nothing_kept(rehearsal)


def test_the_witness_can_see(rehearsal: Rehearsal) -> None:
    """What the tests above look for would be found if it were there."""
    rehearsal.write_app()
    rehearsal.up().check()
    (instance,) = rehearsal.instances()
    id = instance["InstanceId"]
    rehearsal.on_machine(id, "sh", "-c", f"echo {IN_ENV_FILE} > /var/tmp/leak")
    assert rehearsal.on_machine(id, "sh", "-c", ON_DISK).split() == ["/var/tmp/leak"]
    watch = Watch()
    watch.start()
    shell = f"exec -a '{IN_ENVIRONMENT}' sleep 1"
    command(["docker", "exec", rehearsal.container(id), "bash", "-c", shell])
    watch.stopping.set()
    watch.join()
    assert watch.seen
