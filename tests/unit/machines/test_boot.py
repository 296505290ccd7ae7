"""Boot data: complete, small, and the same for the same input."""

from __future__ import annotations

import gzip
import random

import pytest
import yaml

from orchestrator.machines.boot import LIMIT, UserDataTooLarge, render_user_data
from orchestrator.machines.families import FAMILIES
from orchestrator.machines.hostkeys import HostKey, generate_host_key
from orchestrator.machines.playbook import load_playbook, render_script

HOST = generate_host_key("us-1")
USER_KEY = generate_host_key("me").public


def render(script: str = "#!/bin/sh\ntrue\n", **more: str) -> bytes:
    words = {"hostname": "us-1", "user": "longshore", "authorized_key": USER_KEY, **more}
    return render_user_data(host_key=HOST, script=script, **words)


def config(data: bytes) -> dict[str, object]:
    text = gzip.decompress(data).decode()
    assert text.startswith("#cloud-config\n")
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded


def test_equal_input_gives_equal_bytes() -> None:
    assert render() == render()
    assert render() != render(hostname="us-2")
    assert render()[4:8] == b"\0\0\0\0"  # no time in the gzip header


def test_it_brings_the_host_key_and_no_other() -> None:
    found = config(render())
    assert found["ssh_keys"] == {
        "ed25519_private": HOST.private_openssh,
        "ed25519_public": HOST.public,
    }
    assert found["ssh_deletekeys"] is True
    assert found["ssh_genkeytypes"] == ["ed25519"]


def test_the_docker_group_is_made_with_the_user_in_it() -> None:
    found = config(render())
    assert found["groups"] == ["docker"]
    assert found["users"] == [
        {
            "name": "longshore",
            "gecos": "Longshore",
            "groups": "docker",
            "shell": "/bin/bash",
            "sudo": "ALL=(ALL) NOPASSWD:ALL",
            "lock_passwd": True,
            "ssh_authorized_keys": [USER_KEY],
        }
    ]
    assert list(found).index("groups") < list(found).index("users")


def test_the_ssh_server_takes_keys_only_and_shows_ed25519_only() -> None:
    files = config(render())["write_files"]
    assert isinstance(files, list)
    assert files[0]["path"] == "/etc/ssh/sshd_config.d/00-longshore.conf"
    lines = files[0]["content"].splitlines()
    for line in (
        "HostKey /etc/ssh/ssh_host_ed25519_key",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin no",
    ):
        assert line in lines


def test_the_script_is_kept_for_root_alone_and_started_beside_cloud_init() -> None:
    found = config(render("#!/bin/sh\necho it's\n"))
    files = found["write_files"]
    assert isinstance(files, list)
    assert files[1] == {
        "path": "/var/lib/longshore/playbook.sh",
        "permissions": "0700",
        "content": "#!/bin/sh\necho it's\n",
    }
    bootcmd = found["bootcmd"]
    assert isinstance(bootcmd, list)
    (start,) = bootcmd
    assert start[:2] == ["sh", "-c"]
    assert start[2].startswith("systemd-run --quiet --no-block --collect ")
    assert start[2].endswith(" || true")
    assert "exec sh /var/lib/longshore/playbook.sh boot 900" in start[2]
    assert "runcmd" not in found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_fits(family: str) -> None:
    assert len(render(render_script(load_playbook("docker"), family))) < LIMIT // 2


def test_what_does_not_fit_is_refused() -> None:
    noise = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=24_000))
    with pytest.raises(UserDataTooLarge, match="at most 12288 are allowed") as caught:
        render(noise)
    assert caught.value.size > LIMIT


@pytest.mark.parametrize(
    "more",
    [
        {"hostname": "a b"},
        {"hostname": "-a"},
        {"user": "Root!"},
        {"authorized_key": "ssh-ed25519 nonsense!"},
    ],
)
def test_words_that_are_not_plain_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not a|key"):
        render(**more)


def test_a_key_with_newlines_around_it_is_one_line() -> None:
    users = config(render(authorized_key=f"{USER_KEY}\n"))["users"]
    assert isinstance(users, list)
    assert users[0]["ssh_authorized_keys"] == [USER_KEY]


def test_the_host_key_is_taken_as_it_is() -> None:
    key = HostKey("-----BEGIN X-----\nab\n-----END X-----\n", HOST.public)
    data = render_user_data("us-1", "longshore", USER_KEY, key, "true")
    found = config(data)["ssh_keys"]
    assert isinstance(found, dict)
    assert found["ed25519_private"] == key.private_openssh
