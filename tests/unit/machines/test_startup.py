"""The startup script: the same for the same input, valid in every shell, and without secrets."""

from __future__ import annotations

import random
import shlex
import subprocess

import pytest

from orchestrator.machines.boot import SSHD_CONFIG, UserDataTooLarge
from orchestrator.machines.families import FAMILIES
from orchestrator.machines.hostkeys import generate_host_key
from orchestrator.machines.playbook import load_playbook, render_script
from orchestrator.machines.startup import render_startup_script

USER_KEY = generate_host_key("me").public
SHELLS = ("dash", "bash", "busybox sh")


def render(script: str = "#!/bin/sh\ntrue\n", **more: str) -> str:
    words = {"hostname": "us-1", "user": "longshore", "authorized_key": USER_KEY, **more}
    return render_startup_script(script=script, **words).decode()


def test_equal_input_gives_equal_bytes() -> None:
    assert render() == render()
    assert render() != render(hostname="us-2")


def test_the_stamp_follows_all_of_the_content() -> None:
    def digest(text: str) -> str:
        return text.split("digest=")[1].split()[0]

    other = generate_host_key("you").public
    variants = (
        render(),
        render("#!/bin/sh\nfalse\n"),
        render(hostname="us-2"),
        render(user="ann"),
        render(authorized_key=other),
    )
    assert len({digest(text) for text in variants}) == len(variants)


def test_it_carries_no_private_key_and_no_host_key() -> None:
    text = render(render_script(load_playbook("docker"), "debian"))
    assert "PRIVATE KEY" not in text
    assert text.count("ssh-ed25519 ") == 1
    assert f"key={shlex.quote(USER_KEY)}\n" in text


def test_what_it_writes_is_what_was_given() -> None:
    playbook = '#!/bin/sh\necho "$it\'s" `not` \\$expanded\n'
    text = render(playbook)
    functions = text.partition("\npatiently()")[0]
    for function, expected in (("write_playbook", playbook), ("write_sshd", SSHD_CONFIG)):
        shown = subprocess.run(
            ["sh", "-s"], input=f"{functions}\n{function}\n", capture_output=True, text=True
        )
        assert shown.stdout == expected


def test_the_user_is_in_the_docker_group_before_the_key_lets_it_in() -> None:
    text = render()
    order = [
        text.index(words)
        for words in ("patiently add_group &&", 'usermod -aG docker "$user" ||', '>> "$keys"')
    ]
    assert order == sorted(order)
    assert text.index("set_up_user || exit 1") < text.index("    start_playbook\n")


def test_the_playbook_runs_beside_it_with_the_carrier_boot() -> None:
    text = render()
    assert (
        '  systemd-run --quiet --no-block --collect --unit="$unit" '
        'sh "$playbook" boot "$patience" || :\n'
    ) in text
    assert "playbook=/var/lib/longshore/playbook.sh patience=900 unit=longshore-playbook" in text


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_valid_in_every_shell_and_shellcheck_finds_nothing(family: str) -> None:
    text = render(render_script(load_playbook("docker"), family))
    for shell in SHELLS:
        subprocess.run([*shell.split(), "-n"], input=text, text=True, check=True)
    # SC2086: a list of packages is split on purpose. SC2016: quoted texts.
    done = subprocess.run(
        ["shellcheck", "-s", "sh", "-e", "SC2016,SC2086", "-"],
        input=text,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""


def test_a_half_received_script_does_nothing() -> None:
    text = render()
    for length in range(0, len(text) - len("main\n") + 1, 211):
        done = subprocess.run(["sh", "-s"], input=text[:length], capture_output=True, text=True)
        assert done.stdout == ""


def test_what_does_not_fit_is_refused() -> None:
    noise = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=24_000))
    with pytest.raises(UserDataTooLarge, match="at most 12288 are allowed"):
        render(noise)


@pytest.mark.parametrize(
    "more",
    [
        {"hostname": "a b"},
        {"user": "Root!"},
        {"authorized_key": "ssh-ed25519 nonsense!"},
        {"authorized_key": f"{USER_KEY}\n{USER_KEY}"},
    ],
)
def test_words_that_are_not_plain_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not a|key"):
        render(**more)
