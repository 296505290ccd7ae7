"""Replacing a machine's host key by one that never passed through user data.

The caller persists between the steps; the machine's disk says where it stands:

    state on the machine                  pins to accept     next step
    A  key=old, sshd=old                  old                stage      -> B
    B  key=old, staged=next, sshd=old     old, next          install    -> C -> D
    C  key=next, sshd=old (not reloaded)  old, next          install    -> D
    D  key=next, sshd=next                next               (promote the pin)

Staging again in B or C returns the same next key, so a lost answer costs nothing; C
counts as staged because a reboot would turn it into D. Installing again in D only reloads.
A key file appears whole or not at all (it is renamed into place), so each step may be cut
off between any two lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.errors import LongshoreError
from orchestrator.machines.boot import SSHD_DROP_IN
from orchestrator.machines.command import Command
from orchestrator.machines.hostkeys import KEY_TYPE, fingerprint

if TYPE_CHECKING:
    from orchestrator.machines.connection import Connection

KEY = "/etc/ssh/ssh_host_ed25519_key"
STAGED = "/etc/ssh/longshore_next_ed25519_key"
INSTALL_DEADLINE = 45.0
"""Seconds; the wait until the server shows the new key is at most 30 of them."""

_STAGE = """\
set -eu
key=$1 staged=$2 session=$3
umask 077
if [ ! -e "$staged" ]; then
  if [ "$(ssh-keygen -y -P '' -f "$key" | cut -d ' ' -f 2)" != "$session" ]; then
    ssh-keygen -y -P '' -f "$key"
    exit 0
  fi
  rm -f "$staged.draft" "$staged.draft.pub"
  ssh-keygen -q -t ed25519 -N '' -C longshore -f "$staged.draft"
  sync "$staged.draft" 2>/dev/null || sync
  rm -f "$staged.draft.pub"
  mv -f "$staged.draft" "$staged"
fi
ssh-keygen -y -P '' -f "$staged"
"""

# Only an ed25519 key is left and offered. `sshd -t` comes before the reload, which keeps
# the sessions that stand; then the server is asked what it shows.
_INSTALL = """\
set -eu
key=$1 staged=$2 drop_in=$3 address=$4 port=$5
umask 077
if [ -e "$staged" ]; then
  rm -f "$key.pub"
  mv -f "$staged" "$key"
  sync
fi
public=$(ssh-keygen -y -P '' -f "$key")
echo "$public" > "$key.pub.new"
chmod 0644 "$key.pub.new"
mv -f "$key.pub.new" "$key.pub"
for kind in dsa ecdsa rsa; do
  rm -f "/etc/ssh/ssh_host_${kind}_key" "/etc/ssh/ssh_host_${kind}_key.pub"
done
if [ -d "${drop_in%/*}" ] && ! grep -qsx "HostKey $key" "$drop_in"; then
  { echo "HostKey $key"; cat "$drop_in" 2>/dev/null || true; } > "$drop_in.new"
  chmod 0644 "$drop_in.new"
  mv -f "$drop_in.new" "$drop_in"
fi
# While the service restarts (cloud-init does that) systemd takes its runtime directory away
# for a moment, and the check fails for that alone: a mistake in the settings stays.
checks=0
until said=$($(command -v sshd || echo /usr/sbin/sshd) -t 2>&1); do
  checks=$((checks + 1))
  [ "$checks" -lt 50 ] || { echo "$said" >&2; exit 1; }
  mkdir -p -m 0755 /run/sshd
  sleep 0.2
done
# Not waited for: while the machine boots, systemd may have a restart of the service queued
# and would hold the reload back. What counts is what the server shows.
reload() {
  systemctl --no-block reload ssh.service 2>/dev/null ||
    systemctl --no-block reload sshd.service || true
}
reload
tries=0
end=$(($(date +%s) + 30))
until ssh-keyscan -T 2 -t ed25519 -p "$port" "$address" 2>/dev/null |
  grep -qF "$(echo "$public" | cut -d ' ' -f 1,2)"
do
  command -v ssh-keyscan >/dev/null || { sleep 1; break; }
  [ "$(date +%s)" -lt "$end" ] || { echo "the SSH server does not show the new key" >&2; exit 1; }
  tries=$((tries + 1))
  [ $((tries % 20)) -ne 0 ] || reload
  sleep 0.1
done
echo "$public"
"""

# sudo drops SSH_CONNECTION, which holds the address and port this session came in by.
_WITH_ADDRESS = """\
script=$1; shift
set -- "$@" $(echo "$SSH_CONNECTION" | cut -d ' ' -f 3,4)
if [ "$(id -u)" -eq 0 ]; then exec sh -c "$script" sh "$@"; fi
exec sudo -n -- sh -c "$script" sh "$@"
"""


def stage_host_key(connection: Connection) -> str:
    """Make the next host key on the machine, unless one is staged, and return its public
    line, read back over the verified connection. Calling it again returns the same key.

    Persist its fingerprint as the next pin before `install_staged_host_key`. Raises
    CommandFailed, LongshoreError.
    """
    session = connection.host_key.split()[1]
    completed = connection.run(
        Command(("sh", "-c", _STAGE, "sh", KEY, STAGED, session), deadline=30, sudo=True)
    )
    return _public_line(connection, completed.check().text)


def install_staged_host_key(connection: Connection) -> str:
    """Put the staged key in the old one's place, reload the SSH server, wait until it shows
    the key, and return its public line. Calling it again is safe, and installs nothing new.

    Sessions that stand are kept. A new connection must accept this key only. Raises
    CommandFailed, LongshoreError.
    """
    completed = connection.run(
        Command(
            ("sh", "-c", _WITH_ADDRESS, "sh", _INSTALL, KEY, STAGED, SSHD_DROP_IN),
            deadline=INSTALL_DEADLINE,
        )
    )
    return _public_line(connection, completed.check().text)


def _public_line(connection: Connection, text: str) -> str:
    lines = text.strip().splitlines()
    line = lines[-1] if lines else ""
    try:
        fingerprint(line)
    except ValueError as error:
        raise LongshoreError(f"{connection.endpoint}: unexpected answer: {error}") from error
    if line.split()[0] != KEY_TYPE:
        raise LongshoreError(f"{connection.endpoint}: the new host key is not {KEY_TYPE}")
    return line
