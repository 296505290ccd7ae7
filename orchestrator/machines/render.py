"""A playbook as one POSIX shell script for one family of operating systems.

The script has two carriers, user data and the SSH session, and one lock between them. It
is called `sh script <carrier> <seconds to wait for the lock>` and ends with status 0 (all
steps hold), 1 (a step failed) or 75 (the other carrier held the lock until the deadline).
What it prints is defined in `report.py`.
"""

from __future__ import annotations

import hashlib
import re
import shlex

from orchestrator.machines.steps import Playbook, Step

LOCK = "/run/longshore-playbook.lock"
LOG = "/var/log/longshore-playbook.log"
STATE = "/var/lib/longshore"
SHOWN_LINES = 15
"""Last lines of output that a failed step shows."""
BUSY_STATUS = 75
"""EX_TEMPFAIL of sysexits.h."""
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")

_HEAD = """\
#!/bin/sh
# Longshore playbook {name} for {family}: {description}.
# Generated. All of it stands in functions, so that a half-received script does nothing.
set -u
umask 022
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
playbook={name} digest={digest}
user={user} carrier=${{1:-ssh}} patience=${{2:-600}} state={state}
log={log} lock={lock}
export LC_ALL PATH user carrier state log
"""

_BODY = r"""
now() { # Hundredths of a second since boot.
  read -r up _ < /proc/uptime
  echo "${up%.*}${up#*.}"
}

since() { # Seconds since $1, such as 0.42.
  spent=$(($(now) - $1))
  printf '%d.%02d' $((spent / 100)) $((spent % 100))
}

say() { # One report line, for the log and for the reader, who may have gone.
  echo "@longshore playbook=$playbook carrier=$carrier $*" >> "$log"
  echo "@longshore playbook=$playbook carrier=$carrier $*" 2> /dev/null || :
}

show_progress() { # The report lines that came into the log since the last look.
  last=$(wc -l < "$log")
  if [ "$last" -ge "$shown" ]; then
    sed -n "${shown},${last}p" "$log" | grep '^@longshore'
    shown=$((last + 1))
  fi
}

take_lock() { # The other carrier's progress is shown while it holds the lock.
  exec 9> "$lock"
  flock -n 9 && return
  begun=$(now)
  echo "@longshore playbook=$playbook carrier=$carrier status=waiting"
  shown=$(cat "$lock.line" 2> /dev/null || echo 1)
  until flock -n 9; do # busybox's flock cannot wait for a while
    sleep 0.25
    show_progress
    if [ $((($(now) - begun) / 100)) -ge "$patience" ]; then
      echo "@longshore playbook=$playbook carrier=$carrier status=busy seconds=$(since "$begun")"
      exit @BUSY@
    fi
  done
  show_progress
}

# In a shell of its own: within a condition `set -e` has no force.
holds() { sh -euc "$1" > /dev/null 2>&1 < /dev/null 9>&-; }

attempt_step() { # timeout, script
  timeout -k 10 "$1" sh -euc "$2" >> "$log" 2>&1 < /dev/null 9>&-
}

step() { # name, timeout, retries, reconnect, check, run
  begun=$(now)
  if holds "$5"; then
    say "step=$1 status=ok seconds=$(since "$begun") exit=0"
    return
  fi
  say "step=$1 status=running"
  attempt=1
  while :; do
    export attempt
    first=$(($(wc -l < "$log") + 1))
    attempt_step "$2" "$6"
    code=$?
    if [ "$code" -eq 0 ] && ! holds "$5"; then
      echo "the check of step $1 still fails" >> "$log"
      code=70
    fi
    [ "$code" -ne 0 ] || break
    if [ "$attempt" -gt "$3" ]; then
      say "step=$1 status=failed seconds=$(since "$begun") exit=$code"
      tail -n +"$first" "$log" | grep -v '^@longshore' | tail -n @LINES@ | sed 's/^/@longshore| /'
      exit 1
    fi
    say "step=$1 status=retrying attempt=$attempt exit=$code"
    sleep "$attempt"
    attempt=$((attempt + 1))
  done
  changed=$((changed + 1))
  say "step=$1 status=changed seconds=$(since "$begun") exit=0$4"
}

main() {
  mkdir -p "$state"
  chmod 0711 "$state" # closed but for the stamp, which a survey reads
  : >> "$log"
  # A reader that went away must not stop the work in the middle; children get the default.
  trap : PIPE
  take_lock
  # After a finished run, only the SSH pass looks again; startup scripts run at every boot.
  if [ "$carrier" = boot ] && [ "$(cat "$state/$playbook.done" 2> /dev/null)" = "$digest" ]; then
    exit 0
  fi
  echo "$(($(wc -l < "$log") + 1))" > "$lock.line"
  started=$(now)
  changed=0
"""

_FACTS = """\
  os=$(. /etc/os-release && echo "${ID:-}")
  version=$(. /etc/os-release && echo "${VERSION_ID:-}")
  arch=$(uname -m)
"""

_FOOT = """\
  [ "$(cat "$state/$playbook.done" 2> /dev/null)" = "$digest" ] || {
    echo "$digest" > "$state/$playbook.done.new"
    mv -f "$state/$playbook.done.new" "$state/$playbook.done"
  }
  say "status=done changed=$changed seconds=$(since "$started")"
}

main
"""


def render_script(playbook: Playbook, family: str, *, user: str = "longshore") -> str:
    """The script for `family`; equal input gives equal bytes.

    `user` is who signs in over SSH. Raises ValueError for a user name that is not plain,
    or when no step is for that family.
    """
    if not USER.fullmatch(user):
        raise ValueError(f"not a plain user name: {user!r}")
    steps = playbook.for_family(family)
    if not steps:
        raise ValueError(f"playbook {playbook.name!r} has no step for family {family!r}")
    calls = _calls(steps)
    head = _HEAD.format(
        name=playbook.name,
        family=family,
        description=" ".join(playbook.description.split()),
        digest=_digest(calls),
        user=user,
        state=STATE,
        log=LOG,
        lock=LOCK,
    )
    facts = _FACTS if any(_conditions(step) for step in steps) else ""
    body = _BODY.replace("@BUSY@", str(BUSY_STATUS)).replace("@LINES@", str(SHOWN_LINES))
    return f"{head}{body}{facts}{calls}{_FOOT}"


def stamp_of(playbook: Playbook, family: str) -> str:
    """What a machine's stamp (`stamp_path`) says once this playbook, as it is now, has been
    through there. Comments and the order of YAML keys do not count, what is run does."""
    return _digest(_calls(playbook.for_family(family)))


def stamp_path(playbook: str) -> str:
    """Where a machine keeps the stamp; anyone who can sign in may read it."""
    return f"{STATE}/{playbook}.done"


def _digest(calls: str) -> str:
    return hashlib.sha256(calls.encode()).hexdigest()[:16]


def _calls(steps: tuple[Step, ...]) -> str:
    return "".join(_call(step) for step in steps)


def _call(step: Step) -> str:
    reconnect = " reconnect=1" if step.reconnect else ""
    texts = (reconnect, step.check.strip(), step.run.strip())
    quoted = " ".join(shlex.quote(text) for text in texts)
    call = f"  step {step.name} {step.timeout} {step.retries} {quoted}\n"
    conditions = _conditions(step)
    if not conditions:
        return call
    tests = " && ".join(
        f'case "${fact}" in {"|".join(allowed)}) true ;; *) false ;; esac'
        for fact, allowed in conditions
    )
    return f"  if {tests}; then\n{call}  else say 'step={step.name} status=skipped'; fi\n"


def _conditions(step: Step) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is left to ask on the machine."""
    return tuple((fact, allowed) for fact, allowed in step.when if fact != "family")
