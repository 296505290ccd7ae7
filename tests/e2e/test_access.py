"""Where SSH is open, and which cloud a rehearsal may speak to."""

from __future__ import annotations

from typing import Any

from tests.rehearsal import Rehearsal


def ssh_rules(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    groups = rehearsal.ec2().describe_security_groups(Filters=[rehearsal.ours])["SecurityGroups"]
    return [
        source
        for permission in groups[0]["IpPermissions"]
        if permission["FromPort"] == 22
        for source in permission["IpRanges"]
    ]


def test_in_ci_ssh_is_closed_again_and_the_next_job_opens_it(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    rehearsal.extra_environment = {"CI": "true"}
    first = rehearsal.up().check()
    assert any("closed again" in event["message"] for event in first.of("notice"))
    assert ssh_rules(rehearsal) == []

    rehearsal.write_app(page="second")
    second = rehearsal.up().check()

    assert second.of("plan-ready")[0]["changes"][0]["kind"] == "firewall"
    assert {event["kind"] for event in second.of("operation-finished")} >= {"firewall", "container"}
    assert ssh_rules(rehearsal) == []


def test_a_laptop_that_moved_opens_ssh_for_itself_and_closes_it_behind(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.write_app()
    rehearsal.up().check()
    (rule,) = ssh_rules(rehearsal)
    group = rehearsal.instances()[0]["SecurityGroups"][0]["GroupId"]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    moved = {"CidrIp": "203.0.113.9/32", "Description": rule["Description"]}
    rehearsal.ec2().authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**ssh, "IpRanges": [moved]}]
    )
    rehearsal.ec2().revoke_security_group_ingress(
        GroupId=group, IpPermissions=[{**ssh, "IpRanges": [{"CidrIp": rule["CidrIp"]}]}]
    )

    status = rehearsal.run("status", "--output", "json").check()
    assert status.of("status-report")[0]["rows"][0]["state"] == "unknown"
    rehearsal.up().check()
    assert [source["CidrIp"] for source in ssh_rules(rehearsal)] == [rule["CidrIp"]]


def test_a_rehearsal_never_speaks_to_what_the_project_names(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(
        project=(
            "providers: {aws: {endpoint: 'http://127.0.0.1:9', profile: production}}\n"
            "ssh: {ssh_from: [203.0.113.0/24]}\n"
        )
    )
    rehearsal.extra_environment = {"LONGSHORE_SANDBOX_HOME": str(rehearsal.sandbox.home)}
    try:
        ran = rehearsal.run("up", "--sandbox", "--yes", "--output", "json").check()
        assert ran.of("url-ready")
        assert (rehearsal.folder / ".longshore" / "sandbox" / "state.db").exists()
        assert not (rehearsal.folder / ".longshore" / "state.db").exists()
    finally:
        rehearsal.run("down", "--sandbox", "--yes").check()
        rehearsal.write_app()
