"""The user's side of SSH: the key made per project, and the line that machines authorise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from orchestrator.errors import LongshoreError
from orchestrator.machines.endpoint import Login
from orchestrator.machines.errors import KeyUnusable
from orchestrator.machines.hostkeys import generate_host_key

KEY_FILE = "id_ed25519"


def project_key(project: str, environ: Mapping[str, str]) -> Path:
    """The key file of a project, made when absent; calling it again changes nothing.

    `~/.config/longshore/keys/<project>/id_ed25519` (below XDG_CONFIG_HOME when set), mode
    0600 in a folder of mode 0700, never inside the project or its state. Two runs at once
    end up with the same key. Raises KeyUnusable when the folder cannot be written.
    """
    path = key_path(project, environ)
    if path.exists():
        return path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new_key(path, f"longshore-{project}")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        raise KeyUnusable(path, reason, "name a key of your own with `ssh: {key: ...}`") from error
    return path


def key_path(project: str, environ: Mapping[str, str]) -> Path:
    """Where the key file of a project is, or will be."""
    return _configuration_folder(environ) / "longshore" / "keys" / project / KEY_FILE


def authorized_key(login: Login) -> str:
    """The public key line that a new machine authorises for `login`.

    From the `.pub` beside the key file, else from the private key, else (agent only) the
    agent's first key. Raises KeyUnusable or LongshoreError when there is none.
    """
    if login.key is not None:
        return public_key_beside(login.key) or _derived_public_key(login.key)
    if login.agent:
        return _first_agent_key()
    raise LongshoreError(
        "there is no SSH key to sign in with",
        advice="set `ssh: {key: <file>}` or `ssh: {agent: true}` in the project file",
    )


def public_key_beside(path: Path) -> str | None:
    """The line in `<path>.pub`, or None when there is no such file with a key in it."""
    try:
        line = path.with_name(f"{path.name}.pub").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return line if len(line.split()) >= 2 and "\n" not in line else None


def _configuration_folder(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_CONFIG_HOME")
    if named:
        return Path(named)
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / ".config"


def _write_new_key(path: Path, comment: str) -> None:
    """Write the pair so that the private key appears whole or not at all.

    It is linked into place, which fails when another run was faster: that key is kept.
    """
    key = generate_host_key(comment)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key.private_openssh)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    path.with_name(f"{path.name}.pub").write_text(f"{key.public}\n", "utf-8")


def _derived_public_key(path: Path) -> str:
    from orchestrator.machines.authentication import load_key

    key = load_key(path)
    return f"{key.get_name()} {key.get_base64()}"


def _first_agent_key() -> str:
    import paramiko

    agent = paramiko.Agent()
    try:
        for key in agent.get_keys():
            return f"{key.get_name()} {key.get_base64()}"
    finally:
        agent.close()
    raise LongshoreError(
        "the SSH agent holds no key (or none is running)",
        advice="add one with ssh-add, or name a key file with `ssh: {key: ...}`",
    )
