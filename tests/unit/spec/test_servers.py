"""Targets of servers that are there already: what they become, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.spec.hosts import Host, Jump
from orchestrator.spec.resolved import resolved_document

FINGERPRINT = "SHA256:" + "a" * 43
TOP = "name: shop\ntarget:\n  provider: servers\n"


def office(lines: str) -> str:
    return TOP + "".join(f"  {line}\n" for line in lines.strip("\n").splitlines())


def test_addresses_alone_are_enough(files) -> None:
    (target,) = files.load(
        office("hosts: [192.0.2.10, 'db.example.com:2222', 2001:db8::1]")
    ).targets
    assert (target.provider, target.region, target.count) == ("servers", "hosts", 3)
    assert target.hosts == (
        Host("192.0.2.10"),
        Host("db.example.com", port=2222),
        Host("2001:db8::1"),
    )
    assert [host.id for host in target.hosts] == [
        "192.0.2.10:22",
        "db.example.com:2222",
        "[2001:db8::1]:22",
    ]
    assert [host.label for host in target.hosts] == [
        "192.0.2.10",
        "db.example.com:2222",
        "2001:db8::1",
    ]


def test_what_stands_for_the_target_stands_for_each_host_that_says_nothing(files, tmp_path) -> None:
    for name in ("all", "db"):
        (tmp_path / name).write_text("")
    (target,) = files.load(
        office(
            f"""
hosts:
  - 192.0.2.10
  - ubuntu@192.0.2.11
  - {{name: db, address: db.example.com, port: 2222, user: admin, key: db,
     host_key: "{FINGERPRINT}", jump: {{address: inner.example.com, agent: true}}}}
user: deploy
key: all
jump: admin@bastion.example.com:2200
os: debian-12
"""
        )
    ).targets
    bastion = Jump("bastion.example.com", "admin", 2200)
    everyone = {"key": tmp_path / "all", "os": "debian-12"}
    assert target.hosts == (
        Host("192.0.2.10", "deploy", jump=bastion, **everyone),
        Host("192.0.2.11", "ubuntu", jump=bastion, **everyone),
        Host(
            "db.example.com",
            "admin",
            2222,
            name="db",
            key=tmp_path / "db",
            host_key=FINGERPRINT,
            jump=Jump("inner.example.com", "admin", agent=True),
            os="debian-12",
        ),
    )
    assert target.hosts[0].id == "192.0.2.10:22 via bastion.example.com:2200"


def test_the_resolved_target_can_be_written_as_it_is_read(files, tmp_path: Path) -> None:
    text = office("hosts: [{name: db, address: db.example.com}]\njump: bastion.example.com")
    document = resolved_document(files.load(text))
    assert document["targets"] == {
        "main": {
            "provider": "servers",
            "hosts": [
                {
                    "name": "db",
                    "address": "db.example.com",
                    "port": 22,
                    "user": "root",
                    "jump": {"address": "bastion.example.com", "port": 22, "user": "root"},
                }
            ],
        }
    }


BAD = {
    "no hosts": (
        TOP,
        "longshore.yaml:3:3: target: 'hosts' is missing; add for example hosts: [192.0.2.10]",
    ),
    "an empty list": (
        office("hosts: []"),
        "longshore.yaml:4:10: target.hosts: expected a list of hosts, not an empty list",
    ),
    "a region": (
        office("hosts: [192.0.2.10]\nregion: office"),
        "longshore.yaml:5:3: target.region: servers are where they are, so there is no region to"
        " choose; remove the key",
    ),
    "a zone": (
        office("hosts: [192.0.2.10]\nzone: a"),
        "longshore.yaml:5:3: target.zone: servers are where they are, so there is no zone to"
        " choose; remove the key",
    ),
    "a size": (
        office("hosts: [192.0.2.10]\nsize: t3.small"),
        "longshore.yaml:5:3: target.size: servers are as big as they are; remove the key",
    ),
    "a count": (
        office("hosts: [192.0.2.10]\ncount: 2"),
        "longshore.yaml:5:3: target.count: the list of hosts says how many there are;"
        " remove the key",
    ),
    "a disk": (
        office("hosts: [192.0.2.10]\ndisk: 20"),
        "longshore.yaml:5:3: target.disk: servers keep the disks that they have; remove the key",
    ),
    "a subnet": (
        office("hosts: [192.0.2.10]\nsubnet: s"),
        "longshore.yaml:5:3: target.subnet: servers keep the network that they have;"
        " remove the key",
    ),
    "spot": (
        office("hosts: [192.0.2.10]\nspot: true"),
        "longshore.yaml:5:3: target.spot: servers that are there already have no market;"
        " remove the key",
    ),
    "a misspelt key": (
        office("hosts: [192.0.2.10]\njmp: x"),
        "longshore.yaml:5:3: target.jmp: unknown key; did you mean 'jump'?",
    ),
    "no address": (
        office("hosts: [{name: db}]"),
        "longshore.yaml:4:11: target.hosts[0]: 'address' is missing;"
        " add for example address: db.example.com",
    ),
    "an address with a path": (
        office("hosts: [db.example.com/x]"),
        "longshore.yaml:4:11: target.hosts[0]: expected an address such as 192.0.2.10 or"
        " admin@db.example.com:2222, not 'db.example.com/x'",
    ),
    "a fingerprint of another kind": (
        office("hosts: [{address: db, host_key: 'MD5:aa:bb'}]"),
        "longshore.yaml:4:35: target.hosts[0].host_key: expected a fingerprint such as"
        " SHA256:Kx2p..., not 'MD5:aa:bb'; `ssh-keygen -lf"
        " /etc/ssh/ssh_host_ed25519_key.pub` prints it there",
    ),
    "a key that is not there": (
        office("hosts: [192.0.2.10]\nkey: nope"),
        "longshore.yaml:5:8: target.key: there is no file 'nope';"
        " paths are relative to the project file",
    ),
    "a user that is none": (
        office("hosts: [192.0.2.10]\nuser: 'a b'"),
        "longshore.yaml:5:9: target.user: expected a user name, not 'a b'",
    ),
    "the same server twice": (
        office("hosts: [192.0.2.10, 'root@192.0.2.10:22']"),
        "longshore.yaml:4:23: target.hosts[1]: the server 192.0.2.10:22 is here twice"
        " (first on line 4); remove one of them",
    ),
    "the same server in two targets": (
        "name: shop\ntargets:\n  a: {provider: servers, hosts: [192.0.2.10]}\n"
        "  b: {provider: servers, hosts: [192.0.2.10]}\n",
        "longshore.yaml:4:34: targets.b.hosts[0]: the server 192.0.2.10:22 is here twice"
        " (first on line 3); remove one of them",
    ),
    "the same name twice": (
        office("hosts: [{name: a, address: a}, {name: a, address: b}]"),
        "longshore.yaml:4:35: target.hosts[1].name: the name 'a' is here twice"
        " (first on line 4); remove one of them",
    ),
    "a name that another machine may get": (
        office("hosts: [{name: main-2, address: a}]"),
        "longshore.yaml:4:12: target.hosts[0].name: 'main-2' is what a machine of target 'main' is"
        " called; choose another name",
    ),
    "servers among clouds": (
        "name: shop\ntarget: {provider: [aws, servers], region: [us-east-1, x], size: {cpu: 1}}\n",
        "longshore.yaml:2:26: target.provider[1]: servers that are there already cannot stand in"
        " for a cloud's machines; make a target of its own for them",
    ),
}
CLOUD = "name: shop\ntarget:\n  provider: aws\n  region: us-east-1\n  size: t3.small\n"
BAD |= {
    "hosts of a cloud": (
        CLOUD + "  hosts: [192.0.2.10]\n",
        "longshore.yaml:6:3: target.hosts: only `provider: servers` takes hosts: clouds make their"
        " machines; remove the key",
    ),
    "a user of a cloud": (
        CLOUD + "  user: root\n",
        "longshore.yaml:6:3: target.user: only `provider: servers` takes a user: on machines that"
        " are made it is `longshore`; remove the key",
    ),
    "a jump host of a cloud": (
        CLOUD + "  jump: bastion\n",
        "longshore.yaml:6:3: target.jump: only `provider: servers` takes a jump host: machines that"
        " are made are reached directly; remove the key",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_target(files, case: str) -> None:
    text, message = BAD[case]
    assert files.complaints(text) == [message]
