"""The kinds of machines: by release of Debian, with cloud-init or with the guest agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.sandbox.systems import CHANNELS, CODENAMES, Channel
from tests.e2e.sandbox_cloud import eventually, read_host_key
from tests.e2e.ssh_server import make_key
from tests.guests import Guests, guests

USER_DATA = b"""\
#cloud-config
runcmd:
- [sh, -c, "echo written by runcmd > /run/runcmd"]
"""
STARTUP = """\
#!/bin/sh
echo "began as $(id -un)"
echo again >> /root/boots
echo to stderr >&2
exit 3
"""
STARTUP_ENDED = "systemctl show -p ActiveState --value longshore-startup-script 2>&1 || true"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guests]:
    with guests(tmp_path_factory.mktemp("systems")) as found:
        yield found


@pytest.mark.parametrize("system", CODENAMES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("baked", [False, True], ids=["plain", "baked"])
def test_every_kind_boots_to_running(
    machines: Guests, system: str, channel: Channel, baked: bool
) -> None:
    metadata = {"enable-guest-attributes": "TRUE"} if channel == "guest-agent" else None
    name, address = machines.boot(
        system, channel, user_data=USER_DATA, metadata=metadata, baked=baked
    )
    shown = eventually(lambda: read_host_key(address), "SSH answers")
    assert shown.startswith("ssh-ed25519 ")
    assert machines.sh(name, "systemctl is-system-running --wait || true").strip() == "running"
    codename = machines.sh(name, ". /etc/os-release && echo $VERSION_CODENAME").strip()
    assert codename == CODENAMES[system]
    assert machines.sh(name, "hostname").strip() == "us-1"
    has_engine = machines.sh(name, "command -v dockerd || true") != ""
    assert has_engine == baked
    if baked:
        assert "Server Version" in machines.sh(name, "docker info")
    has_cloud_init = machines.sh(name, "command -v cloud-init || true") != ""
    assert has_cloud_init == (channel == "cloud-init")
    if has_cloud_init:
        assert "status: done" in machines.sh(name, "cloud-init status --wait --long || true")
        assert machines.sh(name, "cat /run/runcmd") == "written by runcmd\n"
        assert machines.sh(name, "grep -c WARNING /var/log/cloud-init.log || true") == "0\n"
    else:
        published = machines.fleet.attributes(name)
        assert f"ssh-ed25519 {published['hostkeys/ssh-ed25519']}" == shown
        assert sorted(published) == ["hostkeys/ecdsa-sha2-nistp256", "hostkeys/ssh-ed25519"]


@pytest.fixture(scope="module")
def guest(machines: Guests, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A machine with a startup script, and the public key that its metadata name."""
    key = make_key(tmp_path_factory.mktemp("keys") / "key")
    public = key.with_name("key.pub").read_text().strip()
    metadata = {
        "enable-guest-attributes": "TRUE",
        "hostname": "fresh.us-central1-a.c.shop.internal",
        "ssh-keys": f"ann:{public}\n",
        "startup-script": STARTUP,
    }
    name, _ = machines.boot("debian-12", "guest-agent", hostname="vm", metadata=metadata)
    eventually(lambda: machines.sh(name, STARTUP_ENDED).strip() == "active", "it ran")
    return name, public


def test_accounts_come_from_the_metadata(machines: Guests, guest: tuple[str, str]) -> None:
    name, public = guest
    assert machines.sh(name, "id -nG ann").split()[-1] == "google-sudoers"
    assert machines.sh(name, "su ann -c 'sudo -n id -un'") == "root\n"
    keys = machines.sh(name, "cat /home/ann/.ssh/authorized_keys")
    assert keys == f"# Added by Google\n{public}\n"
    assert machines.sh(name, "stat -c '%a %U' /home/ann/.ssh/authorized_keys") == "600 ann\n"
    assert machines.sh(name, "hostname") == "fresh\n"


def test_the_startup_script_runs_at_every_boot_and_is_on_the_console(
    machines: Guests, guest: tuple[str, str]
) -> None:
    name, _ = guest
    assert machines.sh(name, "cat /root/boots") == "again\n"
    console = machines.fleet.console(name).decode()
    for line in ("began as root", "to stderr"):
        assert f"startup-script: {line}" in console
    assert "startup-script exit status 3" in console
    published = machines.fleet.attributes(name)

    machines.reboot(name)
    eventually(
        lambda: machines.sh(name, "cat /root/boots || true") == "again\nagain\n", "it ran again"
    )
    assert machines.fleet.attributes(name) == published


def test_changed_metadata_change_accounts(machines: Guests, guest: tuple[str, str]) -> None:
    name, public = guest
    machines.sh(name, "echo '# her own' >> /home/ann/.ssh/authorized_keys")
    metadata = {"enable-guest-attributes": "TRUE", "ssh-keys": f"bob:{public}\n"}
    machines.fleet.publish(name, metadata)
    eventually(lambda: "bob" in machines.sh(name, "getent passwd bob || true"), "bob is there")
    rest = "cat /home/ann/.ssh/authorized_keys"
    eventually(lambda: machines.sh(name, rest) == "# her own\n", "ann's key is gone")
    sudoers = "getent group google-sudoers"
    eventually(lambda: "ann" not in machines.sh(name, sudoers), "ann is no sudoer")


def test_nothing_is_published_where_it_is_not_switched_on(machines: Guests) -> None:
    name, address = machines.boot("debian-12", "guest-agent", metadata={"hostname": "quiet"})
    eventually(lambda: read_host_key(address), "SSH answers")
    assert machines.fleet.attributes(name) == {}


def test_what_machines_wrote_goes_with_them(tmp_path: Path) -> None:
    with guests(tmp_path / "home") as found:
        metadata = {"enable-guest-attributes": "TRUE"}
        name, _ = found.boot("debian-12", "guest-agent", metadata=metadata)
        eventually(lambda: found.fleet.attributes(name), "it publishes")
        folder = found.home.guests / name
        assert folder.is_dir()
    assert not folder.exists()
