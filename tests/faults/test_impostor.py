"""A machine that shows another host key than the pinned one."""

from __future__ import annotations

from tests.rehearsal import Rehearsal

CHANGE_KEY = """\
rm -f /etc/ssh/ssh_host_ed25519_key*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
systemctl reload ssh
"""
SIGN_INS = "journalctl -u ssh -o cat | grep -c -E 'Accepted|publickey|session opened' || true"


def test_an_impostor_is_refused_and_sent_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    rehearsal.up().check()
    (instance,) = rehearsal.instances()
    id = instance["InstanceId"]
    container = rehearsal.on_machine(id, "docker", "ps", "-q")
    rehearsal.on_machine(id, "sh", "-ec", CHANGE_KEY)
    before = rehearsal.on_machine(id, "sh", "-c", SIGN_INS)
    rehearsal.write_app(page="secret plans")

    ran = rehearsal.up()

    assert ran.code == 7
    (end,) = ran.of("run-finished")
    assert "us-1" in end["message"]
    assert "the SSH host key is not the pinned one; nothing was sent to it" in end["message"]
    assert "never go on while the two differ" in end["advice"]
    assert rehearsal.on_machine(id, "sh", "-c", SIGN_INS) == before
    assert rehearsal.on_machine(id, "docker", "ps", "-q") == container
    assert ran.of("operation-started") == []


def test_status_shows_an_impostor_as_unknown(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    rehearsal.up().check()
    (instance,) = rehearsal.instances()
    rehearsal.on_machine(instance["InstanceId"], "sh", "-ec", CHANGE_KEY)
    (report,) = rehearsal.run("status", "--output", "json").check().of("status-report")
    (row,) = report["rows"]
    assert row["state"] == "unknown"
    assert "is not the pinned one" in row["note"]
