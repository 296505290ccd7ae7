"""The list of images that we brought to a server, kept on the server itself.

On a machine that we made everything goes with it. On a server that was there already an
image of ours has to be told from one that somebody else needs: the list says which.
"""

from __future__ import annotations

from orchestrator.images.inspection import find_image
from orchestrator.machines.command import Command
from orchestrator.operations.context import Context
from orchestrator.spec.hosts import SERVERS
from providers.contract.types import Owner

FOLDER = "/var/lib/longshore/images"
DEADLINE = 20.0

_ADD = f"""\
set -eu
umask 077
mkdir -p {FOLDER}
chmod 0700 {FOLDER}
file={FOLDER}/$1
grep -qsxF -- "$2" "$file" || echo "$2" >> "$file"
"""
# What stands on another environment's list as well is left to the one that goes last.
_READ = f"""\
set -eu
cd {FOLDER} 2> /dev/null || exit 0
[ -f "$1" ] || exit 0
while read -r name; do
  shared=
  for other in *; do
    if [ "$other" != "$1" ] && grep -qxF -- "$name" "$other"; then shared=yes; fi
  done
  [ -n "$shared" ] || echo "$name"
done < "$1"
"""
# The folders go where they are empty: the claim is dropped after this, and takes its own.
_FORGET = f"""\
set -eu
rm -f "{FOLDER}/$1"
rmdir {FOLDER} 2> /dev/null || :
"""


def is_borrowed(context: Context, machine: str) -> bool:
    """Whether a machine was there before us."""
    return context.results.machine(machine).provider == SERVERS


def note_image(context: Context, machine: str, name: str, *, ours: bool) -> None:
    """On a machine that was there before us: write down, before it comes, an image that we
    bring. One whose name is not `ours` alone counts only if it is not there yet: it may be
    somebody else's. Doing so again changes nothing. Raises EngineError, CommandFailed."""
    if not is_borrowed(context, machine):
        return
    if not ours and find_image(context.fleet.engine(machine), name) is not None:
        return
    command = _command(_ADD, _file(context.owner), name)
    context.fleet.connection(machine).run(command).check()


def read_images(context: Context, line: str) -> tuple[str, ...]:
    """The images on the list of the server on `line`, in the order in which they came, but
    for those that another environment has on its own."""
    command = _command(_READ, _file(context.owner))
    return tuple(context.fleet.connection(line).run(command).check().text.split())


def forget_images(context: Context, line: str) -> None:
    """Remove the list."""
    context.fleet.connection(line).run(_command(_FORGET, _file(context.owner))).check()


def _file(owner: Owner) -> str:
    return f"{owner.project}.{owner.environment}"


def _command(script: str, *arguments: str) -> Command:
    return Command(("sh", "-c", script, "sh", *arguments), deadline=DEADLINE, sudo=True)
