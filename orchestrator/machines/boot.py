"""What a new machine is told before its first breath: cloud-init user data.

It brings the host key we made, the user that signs in, and the playbook's script, started
as early as it safely can be. The same input always gives the same bytes: a create call that
is sent again must carry exactly what it carried before.
"""

from __future__ import annotations

import gzip
import re
import shlex

import yaml

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.hostkeys import HostKey, fingerprint
from orchestrator.machines.render import STATE, USER

LIMIT = 12 * 1024
"""Bytes after compression; EC2 takes 16 KB, and providers add nothing to it."""
SCRIPT = f"{STATE}/playbook.sh"
BOOT_PATIENCE = 900
"""Seconds the boot carrier waits when the SSH pass got hold of the lock first."""
SSHD_DROP_IN = "/etc/ssh/sshd_config.d/00-longshore.conf"
SSHD_CONFIG = """\
# Written by Longshore. The first value of a setting counts, so this file comes first.
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
MaxSessions 64
"""
HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

# bootcmd comes before the files and the user are there, so what it starts waits for both,
# at most a minute. It is a transient unit outside of cloud-init's order: cloud-init neither
# waits for it nor fails with it, and package scripts in it may start services.
_START = """\
n=0
until [ -s {script} ] && id {user}; do n=$((n+1)); [ $n -lt 600 ] || exit 0; sleep 0.1; done
exec sh {script} boot {patience}
"""


class UserDataTooLarge(LongshoreError):
    """The boot data does not fit into what every cloud takes."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(
            f"the machine's boot data is {size} bytes compressed; at most {LIMIT} are allowed",
            advice="shorten the playbook",
        )


class _Text(str):
    """A text of several lines, dumped as a YAML block so that people can read it."""


class _Dumper(yaml.SafeDumper):
    pass


def _block(dumper: yaml.SafeDumper, text: _Text) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


_Dumper.add_representer(_Text, _block)


def render_user_data(
    hostname: str, user: str, authorized_key: str, host_key: HostKey, script: str
) -> bytes:
    """A gzipped cloud-config, at most LIMIT bytes, equal for equal input.

    `script` comes from `render_script`. Raises UserDataTooLarge, and ValueError for a host
    name, user or key line that is not plain.
    """
    if not HOSTNAME.fullmatch(hostname) or not USER.fullmatch(user):
        raise ValueError(f"not a plain host or user name: {hostname!r}, {user!r}")
    fingerprint(authorized_key)
    text = "#cloud-config\n" + yaml.dump(
        _cloud_config(hostname, user, authorized_key, host_key, script),
        Dumper=_Dumper,
        sort_keys=False,
        width=1_000_000,
    )
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    if len(packed) > LIMIT:
        raise UserDataTooLarge(len(packed))
    return packed


def _cloud_config(
    hostname: str, user: str, authorized_key: str, host_key: HostKey, script: str
) -> dict[str, object]:
    return {
        "hostname": hostname,
        "manage_etc_hosts": "localhost",
        "bootcmd": [_start_early(user)],
        "apt": {"preserve_sources_list": True},
        "ssh_deletekeys": True,
        "ssh_genkeytypes": ["ed25519"],
        "ssh_keys": {
            "ed25519_private": _Text(host_key.private_openssh),
            "ed25519_public": host_key.public,
        },
        "ssh_pwauth": False,
        "disable_root": True,
        # Before the user: a login's groups are fixed when it begins (and before the package).
        "groups": ["docker"],
        "users": [
            {
                "name": user,
                "gecos": "Longshore",
                "groups": "docker",
                "shell": "/bin/bash",
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "lock_passwd": True,
                "ssh_authorized_keys": [authorized_key.strip()],
            }
        ],
        "write_files": [
            {"path": SSHD_DROP_IN, "permissions": "0644", "content": _Text(SSHD_CONFIG)},
            {"path": SCRIPT, "permissions": "0700", "content": _Text(script)},
        ],
    }


def _start_early(user: str) -> list[str]:
    start = _START.format(script=SCRIPT, user=user, patience=BOOT_PATIENCE)
    unit = (
        "systemd-run",
        "--quiet",
        "--no-block",
        "--collect",
        "--unit=longshore-playbook",
        "--property=DefaultDependencies=no",
        "sh",
        "-c",
        start,
    )
    return ["sh", "-c", f"{shlex.join(unit)} || true"]
