"""Writing a file on a machine in one round trip: whole, with its mode, or not at all."""

from __future__ import annotations

from orchestrator.machines.command import Command

# The size is checked because a lost connection looks to `cat` like the end of the data.
_PUT = """\
set -eu
path=$1 mode=$2 size=$3
draft=$(mktemp "$path.XXXXXXXX")
trap 'rm -f "$draft"' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$draft"
if [ "$(wc -c < "$draft")" -ne "$size" ]; then echo "the data arrived incomplete" >&2; exit 74; fi
chmod "$mode" "$draft"
mv -f "$draft" "$path"
trap - EXIT
"""


def put_command(path: str, data: bytes, mode: int, *, sudo: bool, deadline: float) -> Command:
    """The command that writes `data` to the absolute `path`; `mktemp` makes the draft with
    mode 0600 beside it, so no one reads it before `mode` is set and it is renamed."""
    if not path.startswith("/"):
        raise ValueError(f"an absolute path is needed, not {path!r}")
    return Command(
        ("sh", "-c", _PUT, "sh", path, f"{mode:04o}", str(len(data))),
        deadline=deadline,
        stdin=data,
        sudo=sudo,
    )
