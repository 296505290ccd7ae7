"""cloud-init restarts the SSH service while a machine boots, and with it goes, for a moment,
the directory that every check of the service's settings needs."""

from __future__ import annotations

import pytest

from tests.rehearsal import Rehearsal

RESTARTING = """
import orchestrator.operations.trust_machine as module
from orchestrator.machines.command import Command
real = module.install_staged_host_key
# Four: systemd holds a unit back that starts more than five times in ten seconds.
LOOP = "for n in 1 2 3 4; do systemctl restart ssh; sleep 0.1; done"
def install(connection):
    unit = ("systemd-run", "--quiet", "--collect", "sh", "-c", LOOP)
    connection.run(Command(unit, sudo=True)).check()
    return real(connection)
module.install_staged_host_key = install
"""


# The moment without the directory, held: the first three checks meet it.
MISSING = """
import orchestrator.operations.trust_machine as module
real = module.install_staged_host_key
SSHD = b'''#!/bin/sh
count=$(cat /run/checks 2>/dev/null || echo 0)
echo $((count + 1)) > /run/checks
[ "$count" -ge 3 ] || { echo "Missing privilege separation directory: /run/sshd" >&2; exit 255; }
exec /usr/sbin/sshd "$@"
'''
def install(connection):
    connection.put("/usr/local/sbin/sshd", SSHD, 0o755, sudo=True)
    return real(connection)
module.install_staged_host_key = install
"""


@pytest.mark.parametrize("prelude", [RESTARTING, MISSING], ids=["restarts", "moment"])
def test_the_host_key_is_replaced_while_the_service_restarts(
    rehearsal: Rehearsal, prelude: str
) -> None:
    rehearsal.write_app()
    ran = rehearsal.run("up", "--yes", "--output", "json", prelude=prelude).check()
    assert ran.of("url-ready")
    (instance,) = rehearsal.instances()
    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
    assert tags["longshore-trust"] == "rotated"
