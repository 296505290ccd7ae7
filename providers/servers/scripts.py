"""What runs on a server: POSIX shell, as root, each script one operation.

A change holds the lock, changes only what it was made for (the digest says what was seen),
and appears whole or not at all.
"""

from __future__ import annotations

import shlex

FOLDER = "/var/lib/longshore"
CLAIMS = f"{FOLDER}/claims"
LOCK = "/run/longshore-claims.lock"
LOCK_SECONDS = 20
"""A change takes milliseconds; who holds the lock longer than this hangs."""
BUSY = 75
"""EX_TEMPFAIL of sysexits.h: the lock was not to be had."""

READ = "claims.read"
PUT = "claims.put"
DROP = "claims.drop"
CONSOLE = "console.read"

_READ = f"""\
# longshore {READ}
set -eu
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
os=$(. /etc/os-release 2>/dev/null && echo "${{ID:-}}-${{VERSION_ID:-}}") || os=
echo "os=$os"
echo "arch=$(uname -m)"
echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
awk '$1 == "MemTotal:" {{printf "memory=%.0f\\n", $2 * 1024}}' /proc/meminfo
echo "now=$(date +%s)"
for file in {CLAIMS}/*.json; do
  [ -f "$file" ] || continue
  printf 'claim %s ' "${{file##*/}}"
  tr -d '\\n' < "$file"
  echo
done
"""

_LOCKED = f"""\
set -eu
umask 077
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
exec 9> {LOCK}
flock -w {LOCK_SECONDS} 9 || {{ echo "another change holds {LOCK}" >&2; exit {BUSY}; }}
folder={CLAIMS} file={CLAIMS}/@FILE@ seen=@SEEN@
now=
if [ -f "$file" ]; then now=$(sha256sum < "$file" | cut -d ' ' -f 1); fi
if [ "$now" != "$seen" ]; then
  echo found
  if [ -f "$file" ]; then cat "$file"; fi
  exit 0
fi
"""

# The size is checked because a lost connection looks to `cat` like the end of the data.
_PUT = f"""\
# longshore {PUT}
{_LOCKED}
[ -d {FOLDER} ] || {{ mkdir -p {FOLDER}; chmod 0711 {FOLDER}; }}
mkdir -p "$folder"
chmod 0700 "$folder"
cat > "$file.new"
if [ "$(wc -c < "$file.new")" -ne @SIZE@ ]; then
  rm -f "$file.new"
  echo "the claim arrived incomplete" >&2
  exit {BUSY}
fi
sync "$file.new" 2> /dev/null || sync
mv -f "$file.new" "$file"
echo done
"""

_DROP = f"""\
# longshore {DROP}
{_LOCKED}
rm -f "$file"
rmdir "$folder" 2> /dev/null && rmdir {FOLDER} 2> /dev/null || :
echo done
"""

_CONSOLE = f"""\
# longshore {CONSOLE}
journalctl -b --no-pager -q -n 200 2> /dev/null || dmesg 2> /dev/null | tail -n 200 || :
"""


def read_script() -> str:
    """Prints what the server is, `key=value` a line, and then each claim on one line."""
    return _READ


def put_script(file: str, seen: str, size: int) -> str:
    """Writes the `size` bytes of its input as the claim `file`, if what is there now has the
    digest `seen` ("" for nothing). Prints `done`, or `found` and what is there instead."""
    return _fill(_PUT, file, seen).replace("@SIZE@", str(size))


def drop_script(file: str, seen: str) -> str:
    """Removes the claim `file`, if it has the digest `seen`, and the folders where they are
    empty. Prints as `put_script`."""
    return _fill(_DROP, file, seen)


def console_script() -> str:
    """Prints the end of what the server has logged since it booted."""
    return _CONSOLE


def _fill(script: str, file: str, seen: str) -> str:
    return script.replace("@FILE@", shlex.quote(file)).replace("@SEEN@", shlex.quote(seen))
