"""What this machine itself must have: a Docker Engine, a key to sign in with, git."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from orchestrator.engine.errors import EngineError
from orchestrator.errors import LongshoreError
from orchestrator.images.buildkit import has_buildx
from orchestrator.images.local import LocalEngine
from orchestrator.machines.keys import key_path
from orchestrator.reporting.doctor import CheckRow, Verdict
from orchestrator.spec.model import Project, Ssh

WHERE = "this machine"
ENGINE_TIMEOUT = 10
GIT_TIMEOUT = 10
"""Seconds."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look_at_this_machine(
    project: Project | None, environ: Mapping[str, str]
) -> tuple[CheckRow, ...]:
    """Changes nothing, makes no key, and raises nothing that a check could find."""
    return (
        *_engine(project, environ),
        *_ssh(project, environ),
        _git(project, environ),
    )


def _row(check: str, subject: str, verdict: Verdict, message: str, advice: str = "") -> CheckRow:
    return CheckRow(WHERE, check, subject, verdict, message, "" if verdict == "ok" else advice)


def _engine(project: Project | None, environ: Mapping[str, str]) -> tuple[CheckRow, ...]:
    """The Engine that builds and sends images, and the BuildKit in front of it."""
    builds = project is not None and any(service.build for service in project.services)
    needed = builds or (project is not None and project.deliver == "direct")
    try:
        with closing(LocalEngine(environ, timeout=ENGINE_TIMEOUT)) as local:
            host = local.host
            with local.calling("ask its version"):
                version = local.api.version()
    except EngineError as error:
        verdict: Verdict = "failed" if needed else "warning"
        return (_row("engine", "Docker", verdict, error.message, error.advice),)
    said = f"Docker {version.get('Version', '')}, API {version.get('ApiVersion', '')}"
    engine = _row("engine", host, "ok", said)
    if has_buildx(environ):
        return engine, _row("engine", "BuildKit", "ok", "docker buildx is there")
    if not builds:
        return engine, _row("engine", "BuildKit", "ok", "no `docker buildx`, and nothing to build")
    return engine, _row(
        "engine",
        "BuildKit",
        "warning",
        "there is no `docker buildx`: Dockerfiles that need BuildKit cannot be built",
        "install docker-buildx-plugin, or docker-buildx",
    )


def _ssh(project: Project | None, environ: Mapping[str, str]) -> tuple[CheckRow, ...]:
    ssh = Ssh() if project is None else project.ssh
    rows = []
    if ssh.agent:
        rows.append(_attempt("ssh agent", lambda: _agent(environ)))
    if ssh.key is not None:
        named = ssh.key
        rows.append(_attempt(str(named), lambda: _key_file(named)))
    makes = project is not None and not all(target.hosts for target in project.targets)
    if not rows and project is not None and makes:
        # Where no machine is made, each server's own check says whether it lets us in.
        kept = key_path(project.name, environ)
        rows.append(_attempt(str(kept), lambda: _project_key(kept)))
    return tuple(rows)


def _attempt(subject: str, look: Callable[[], tuple[Verdict, str, str]]) -> CheckRow:
    try:
        return _row("ssh", subject, *look())
    except LongshoreError as error:
        return _row("ssh", subject, "failed", error.message, error.advice)


def _agent(environ: Mapping[str, str]) -> tuple[Verdict, str, str]:
    import paramiko
    from paramiko.ssh_exception import SSHException

    advice = "start one and add a key with ssh-add, or name a key file with `ssh: {key: ...}`"
    if not environ.get("SSH_AUTH_SOCK"):
        return "failed", "no agent runs: SSH_AUTH_SOCK is not set", advice
    try:
        agent = paramiko.Agent()
        try:
            held = len(agent.get_keys())
        finally:
            agent.close()
    except (SSHException, OSError) as error:
        return "failed", f"the agent does not answer: {error}", advice
    if held == 0:
        return "failed", "the agent holds no key, or does not answer", advice
    return "ok", f"holds {held} key{'s' if held > 1 else ''}", ""


def _key_file(path: Path) -> tuple[Verdict, str, str]:
    from orchestrator.machines.authentication import load_key

    kind = load_key(path).get_name()
    return _private(path, f"{kind} key")


def _project_key(path: Path) -> tuple[Verdict, str, str]:
    if not path.exists():
        for folder in path.parents:
            if folder.exists():
                if os.access(folder, os.W_OK):
                    return "ok", "not there yet: `longshore up` makes it", ""
                why = f"{folder} cannot be written, so the project's key cannot be made"
                return "failed", why, "name a key of your own with `ssh: {key: ...}`"
    return _key_file(path)


def _private(path: Path, what: str) -> tuple[Verdict, str, str]:
    open_to = stat.S_IMODE(path.stat().st_mode) & OTHERS
    if open_to:
        mode = f"{stat.S_IMODE(path.stat().st_mode):04o}"
        return "warning", f"{what}, and others may read it (mode {mode})", f"chmod 600 {path}"
    return "ok", what, ""


def _git(project: Project | None, environ: Mapping[str, str]) -> CheckRow:
    advice = "install git, so that releases say which commit they are"
    git = shutil.which("git", path=environ.get("PATH"))
    if git is None:
        return _row("git", "git", "warning", "is not installed", advice)
    folder = Path.cwd() if project is None else project.directory
    try:
        asked = subprocess.run(
            [git, "-C", str(folder), "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _row("git", "git", "warning", f"does not answer: {error}", advice)
    if asked.returncode != 0:
        why = "the project is in no repository with a commit: releases name none"
        return _row("git", str(folder), "ok", why)
    return _row("git", str(folder), "ok", f"at commit {asked.stdout.strip()}")
