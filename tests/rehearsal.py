"""Running the real command against a real sandbox, the way a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from providers.sandbox.control import Sandbox

ROOT = Path(__file__).resolve().parents[1]
BUSYBOX = Path("/bin/busybox")
"""Static, from the distribution's package busybox-static."""
AWS = str(Path(sys.executable).with_name("aws"))
"""The command line of the environment that the tests run in, whatever is on PATH."""
LIVE = ["pending", "running", "stopping", "stopped", "shutting-down"]
ANSWER_DEADLINE = 20
DEADLINE = 420
"""Seconds one command may take; bare machines install Docker on two cores."""

COMPOSE = """\
services:
  web:
    build: .
    ports: ["8080:8080"]
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 5
"""
DOCKERFILE = """\
FROM scratch
COPY busybox /busybox
COPY www /www
STOPSIGNAL SIGKILL
ENTRYPOINT ["/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""


@dataclass(frozen=True)
class Ran:
    """One command that ended. `events` are its JSON lines, when it was asked for them."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def check(self) -> Ran:
        assert self.code == 0, f"exit {self.code}\n{self.out[-6000:]}\n{self.err[-3000:]}"
        return self


@dataclass
class Rehearsal:
    """A project in a folder of its own, and the sandbox it deploys to."""

    folder: Path
    sandbox: Sandbox
    name: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}")
    extra_environment: dict[str, str] = field(default_factory=dict)

    def write_app(
        self,
        *,
        count: int = 1,
        page: str = "hello",
        compose: str = COMPOSE,
        dockerfile: str = DOCKERFILE,
        project: str = "",
    ) -> None:
        """Write project, Compose file, Dockerfile and context; again to change them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "longshore.yaml").write_text(
            f"name: {self.name}\n"
            "targets:\n  us: {provider: aws, region: us-east-1, "
            f"count: {count}, size: {{cpu: 2, memory: 4GiB}}}}\n{project}"
        )
        (self.folder / "compose.yaml").write_text(compose)
        (self.folder / "Dockerfile").write_text(dockerfile)
        (self.folder / "www").mkdir(exist_ok=True)
        (self.folder / "www" / "index.html").write_text(page)
        if not (self.folder / "busybox").exists():
            shutil.copy2(BUSYBOX, self.folder / "busybox")

    @property
    def environment(self) -> dict[str, str]:
        """As a user's shell after `eval "$(longshore sandbox env)"`, with a home of its own."""
        inherited = {name: os.environ[name] for name in os.environ if name != "CI"}
        return {
            **inherited,
            **self.sandbox.env(),
            "HOME": str(self.folder.parent),
            "XDG_CONFIG_HOME": str(self.folder.parent / "config"),
            "PYTHONPATH": str(ROOT),
            **self.extra_environment,
        }

    def start(
        self,
        *arguments: str,
        prelude: str = "",
        environment: Mapping[str, str] | None = None,
        terminal: int | None = None,
    ) -> subprocess.Popen[str]:
        """Start `longshore ARGUMENTS`; `prelude` is Python that runs first in its process.
        With a `terminal` it asks and complains there."""
        code = f"{prelude}\nimport sys\nfrom orchestrator.cli.main import run\nsys.exit(run())\n"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if terminal is None else terminal,
            text=True,
        )

    def run(self, *arguments: str, prelude: str = "") -> Ran:
        """Run `longshore ARGUMENTS` to its end."""
        process = self.start(*arguments, prelude=prelude)
        try:
            out, err = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
        return Ran(process.returncode, out, err)

    def up(self) -> Ran:
        return self.run("up", "--yes", "--output", "json")

    def down(self) -> Ran:
        return self.run("down", "--yes", "--output", "json")

    def exchanges(self) -> list[dict[str, Any]]:
        """Every API request the sandbox has answered so far."""
        return [json.loads(line) for line in self.sandbox.exchanges.read_text().splitlines()]

    def changes(self) -> list[str]:
        """The changing API calls so far, by action."""
        return [str(entry["action"]) for entry in self.exchanges() if entry["changes"]]

    def aws(self, *arguments: str) -> Any:
        """What the official command line says: a witness that knows nothing of us."""
        return json.loads(command([AWS, *arguments, "--output", "json"], self.environment))

    def ec2(self, region: str = "us-east-1") -> Any:
        """The official SDK's client: a witness too, and faster than the command line."""
        environment = self.sandbox.env()
        return boto3.client(
            "ec2",
            region_name=region,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def ours(self) -> dict[str, Any]:
        """The filter for what carries this project's tag."""
        return {"Name": "tag:longshore-project", "Values": [self.name]}

    def instances(self, region: str = "us-east-1") -> list[dict[str, Any]]:
        """Our live instances in a region."""
        live = {"Name": "instance-state-name", "Values": LIVE}
        answer = self.ec2(region).describe_instances(Filters=[self.ours, live])
        return [i for group in answer["Reservations"] for i in group["Instances"]]

    def on_machine(self, instance: str, *argv: str) -> str:
        """Run a command on a machine from outside, past SSH and past Longshore."""
        return command(["docker", "exec", self.container(instance), *argv])

    def container(self, instance: str) -> str:
        """The container that is the machine of an instance id."""
        ids = command(
            ["docker", "ps", "-aq", "--filter", f"label=longshore.sandbox.instance={instance}"]
        )
        (found,) = ids.split()
        return found


def page(url: str) -> str:
    """What `url` answers, once it answers: a container that was just started may not yet."""
    end = time.monotonic() + ANSWER_DEADLINE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_DEADLINE) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def command(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; its failure is the test's."""
    done = subprocess.run(
        argv,
        env=dict(environment) if environment else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{argv}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def instance_of(event_or_tags: Mapping[str, Any]) -> str:
    """The machine's name in an instance as the AWS command line shows it."""
    tags = {tag["Key"]: tag["Value"] for tag in event_or_tags["Tags"]}
    return str(tags["longshore-machine"])
