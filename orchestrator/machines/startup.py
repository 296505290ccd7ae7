"""What a new machine without cloud-init is told: a startup script, run as root at every boot.

It does what `boot.py` has cloud-init do, with one difference: no host key comes with it. The
machine makes its own, and publishes the public half where the cloud's API shows it. So nothing
that is secret passes through the metadata service.
"""

from __future__ import annotations

import gzip
import hashlib
import shlex

from orchestrator.machines.boot import (
    BOOT_PATIENCE,
    HOSTNAME,
    LIMIT,
    SCRIPT,
    SSHD_CONFIG,
    SSHD_DROP_IN,
    UserDataTooLarge,
)
from orchestrator.machines.hostkeys import fingerprint
from orchestrator.machines.render import STATE, USER

UNIT = "longshore-playbook"
STAMP = f"{STATE}/startup.done"

_HEAD = """\
#!/bin/sh
# Longshore: what this machine is to be. It runs at every boot: what is set up once is stamped,
# and so is the playbook that it starts. All of it stands in functions, so that a half-received
# script does nothing.
set -u
umask 022
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
name={hostname} user={user} digest={digest}
key={key}
state={state} stamp={stamp} playbook={script} patience={patience} unit={unit}
drop_in={drop_in}
"""

_BODY = r"""
patiently() { # Accounts are locked while the guest agent makes its own.
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 1
    sleep 0.5
  done
}

put() { # mode, file: standard input becomes the file, whole or not at all
  mkdir -p "${2%/*}"
  cat > "$2.longshore" && chmod "$1" "$2.longshore" && mv -f "$2.longshore" "$2"
}

add_group() { getent group docker > /dev/null || groupadd --system docker; }
add_user() { id -u "$user" > /dev/null 2>&1 || useradd -m -s /bin/bash -c Longshore "$user"; }

# The group comes before the key: a login's groups are fixed when it begins.
set_up_user() {
  patiently add_group && patiently add_user && patiently usermod -aG docker "$user" || return 1
  echo "$user ALL=(ALL) NOPASSWD:ALL" | put 0440 /etc/sudoers.d/90-longshore || return 1
  home=$(getent passwd "$user" | cut -d: -f6)
  group=$(id -gn "$user")
  keys=$home/.ssh/authorized_keys
  install -d -m 0700 -o "$user" -g "$group" "$home/.ssh" || return 1
  if ! grep -qsxF "$key" "$keys"; then echo "$key" >> "$keys"; fi
  chown "$user:$group" "$keys" && chmod 0600 "$keys" || return 1
  if command -v restorecon > /dev/null; then restorecon -R "$home/.ssh"; fi
}

# Not waited for: while the machine boots, the service manager may hold the reload back.
reload_sshd() {
  systemctl --no-block reload ssh.service 2> /dev/null ||
    systemctl --no-block reload sshd.service 2> /dev/null || :
}

set_up_sshd() {
  [ -d "${drop_in%/*}" ] || return 0
  write_sshd | put 0644 "$drop_in" || return 1
  if "$(command -v sshd || echo /usr/sbin/sshd)" -t; then
    reload_sshd
  else
    echo "the SSH server refuses its settings: they are taken back" >&2
    rm -f "$drop_in"
  fi
}

# The cloud's own name of the machine may come back at each boot.
set_hostname() {
  hostname "$name" && echo "$name" > /etc/hostname
  grep -qw "$name" /etc/hosts || echo "127.0.1.1 $name" >> /etc/hosts
}

start_playbook() {
  systemd-run --quiet --no-block --collect --unit="$unit" sh "$playbook" boot "$patience" || :
}

main() {
  set_hostname || :
  mkdir -p "$state"
  chmod 0711 "$state"
  if [ "$(cat "$stamp" 2> /dev/null)" != "$digest" ]; then
    set_up_user || exit 1
    write_playbook | put 0700 "$playbook" || exit 1
    start_playbook
    set_up_sshd || exit 1
    echo "$digest" | put 0644 "$stamp"
  else
    start_playbook
  fi
}

main
"""


def render_startup_script(hostname: str, user: str, authorized_key: str, script: str) -> bytes:
    """A POSIX shell script, equal for equal input, that makes the user who signs in, settles
    the SSH server and starts the playbook in the background, as user data does elsewhere.

    Run again with the same content it only sees that the playbook went through. `script` comes
    from `render_script`. Raises UserDataTooLarge, and ValueError for a host name, user or key
    line that is not plain.
    """
    if not HOSTNAME.fullmatch(hostname) or not USER.fullmatch(user):
        raise ValueError(f"not a plain host or user name: {hostname!r}, {user!r}")
    fingerprint(authorized_key)
    key = authorized_key.strip()
    if "\n" in key:
        raise ValueError("more than one public key line")
    texts = _write("write_sshd", SSHD_CONFIG) + _write("write_playbook", script)
    parts = (hostname, user, key, texts, _BODY, SSHD_DROP_IN)
    head = _HEAD.format(
        hostname=hostname,
        user=user,
        digest=hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16],
        key=shlex.quote(key),
        state=STATE,
        stamp=STAMP,
        script=SCRIPT,
        patience=BOOT_PATIENCE,
        unit=UNIT,
        drop_in=SSHD_DROP_IN,
    )
    data = f"{head}{texts}{_BODY}".encode()
    packed = len(gzip.compress(data, compresslevel=9, mtime=0))
    if packed > LIMIT:
        raise UserDataTooLarge(packed)
    return data


def _write(function: str, text: str) -> str:
    """A function that prints `text`, which may hold anything but our end mark."""
    mark = f"LONGSHORE_{hashlib.sha256(text.encode()).hexdigest()[:12].upper()}"
    return f"\n{function}() {{\n  cat <<'{mark}'\n{text.rstrip()}\n{mark}\n}}\n"
