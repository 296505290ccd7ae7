"""A container on a real machine does not reach the metadata service; the machine itself does."""

from __future__ import annotations

import base64
import io
import shutil
import tarfile
from collections.abc import Iterator

import pytest

from orchestrator.machines.playbook import load_playbook, render_script
from providers.sandbox.systems import CODENAMES
from tests.e2e.sandbox_cloud import eventually
from tests.guests import Guests, guests

ADDRESS = "169.254.169.254"
# Behind the machine, as a cloud's network is: what containers send there is passed on.
LISTENERS = f"""\
ip netns add cloud
ip link add cloud0 type veth peer name eth0 netns cloud
ip addr add 169.254.1.1/32 dev cloud0
ip link set cloud0 up
ip -n cloud addr add {ADDRESS}/32 dev eth0
ip -n cloud link set eth0 up
ip -n cloud link set lo up
ip -n cloud route add 169.254.1.1 dev eth0
ip -n cloud route add default via 169.254.1.1 dev eth0
ip route add {ADDRESS} dev cloud0
mkdir /srv/metadata
echo secret > /srv/metadata/index.html
for port in 80 53; do
  ip netns exec cloud setsid /busybox httpd -p $port -h /srv/metadata
done
"""
RULES = "iptables -S DOCKER-USER"
RULE = f"-A DOCKER-USER -d {ADDRESS}/32 -p tcp -m tcp --dport 80 -j DROP"
SETTLED = "systemctl is-active docker longshore-metadata"


class Machine:
    """One machine that has the playbook behind it, and busybox as an image."""

    def __init__(self, machines: Guests, name: str) -> None:
        self.machines = machines
        self.name = name

    def sh(self, script: str) -> str:
        return self.machines.sh(self.name, script)

    def run_playbook(self) -> str:
        script = render_script(load_playbook("docker"), "debian", user="root")
        packed = base64.b64encode(script.encode()).decode()
        return self.sh(f"echo {packed} | base64 -d | sh -s ssh 60")

    def listen(self) -> None:
        self.sh(LISTENERS)

    def ask(self, port: int, *, network: str = "bridge") -> str:
        """What a container gets from the address; "" when it gets nothing."""
        run = f"docker run -i --rm --network {network} busybox /busybox nc -w 2 {ADDRESS} {port}"
        answer = self.sh(f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | {run} 2>/dev/null || true")
        return answer.rpartition("\r\n\r\n")[2].strip()


@pytest.fixture(scope="module", params=CODENAMES)
def machine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("guard")
    with guests(folder) as machines:
        name, _ = machines.boot(request.param, "guest-agent", metadata={}, baked=True)
        found = Machine(machines, name)
        eventually(lambda: found.sh("systemctl is-active docker || true") == "active\n", "Docker")
        busybox = shutil.which("busybox")
        assert busybox is not None
        container = f"longshore-sandbox-{machines.home.sandbox_id()}-{name}"
        machines.client.put_archive(container, "/", pack(busybox))
        found.sh("tar -C / -c busybox | docker import - busybox >/dev/null")
        found.listen()
        yield found


def pack(busybox: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(busybox, "busybox")
    return buffer.getvalue()


def test_without_the_playbook_a_container_gets_there(machine: Machine) -> None:
    """Or the test below would prove nothing."""
    assert machine.ask(80) == "secret"


def test_containers_are_kept_out_and_the_machine_is_not(machine: Machine) -> None:
    report = machine.run_playbook()
    assert "step=metadata-guard status=changed" in report
    assert machine.sh(RULES).splitlines()[1] == RULE
    assert machine.ask(80) == ""
    machine.sh("docker network create own")
    assert machine.ask(80, network="own") == ""
    assert machine.sh(f"curl -sS -m 5 http://{ADDRESS}/") == "secret\n"


def test_the_name_server_at_the_same_address_is_still_reached(machine: Machine) -> None:
    assert machine.ask(53) == "secret"


def test_a_second_pass_changes_nothing(machine: Machine) -> None:
    assert "step=metadata-guard status=ok" in machine.run_playbook()
    assert machine.sh(RULES).count(RULE) == 1


def test_the_rule_comes_back_with_docker(machine: Machine) -> None:
    machine.sh("systemctl stop docker.socket docker; iptables -F DOCKER-USER")
    machine.sh("systemctl reset-failed docker; systemctl start docker")
    eventually(lambda: machine.sh(f"{SETTLED} || true") == "active\nactive\n", "both are up")
    assert machine.sh(RULES).count(RULE) == 1
    # Started more often than systemd lets a service start by itself.
    machine.sh("systemctl reset-failed docker; systemctl restart docker")
    eventually(lambda: machine.sh(f"{SETTLED} || true") == "active\nactive\n", "both are up")
    assert machine.sh(RULES).count(RULE) == 1
    assert machine.ask(80) == ""


def test_a_rule_that_somebody_removed_is_put_back(machine: Machine) -> None:
    machine.sh("iptables -F DOCKER-USER")
    assert machine.ask(80) == "secret"
    assert "step=metadata-guard status=changed" in machine.run_playbook()
    assert machine.ask(80) == ""


def test_it_survives_a_reboot(machine: Machine) -> None:
    machine.machines.reboot(machine.name)
    eventually(lambda: machine.sh(f"{SETTLED} 2>&1 || true") == "active\nactive\n", "both are up")
    assert machine.sh(RULES).count(RULE) == 1


def test_where_docker_uses_nftables_alone_a_table_of_our_own_holds(machine: Machine) -> None:
    machine.sh("apt-get -q update && apt-get -q -y install --no-install-recommends nftables")
    assert "step=metadata-guard status=changed" in machine.run_playbook()
    # What is left once Docker's chain is not there, as with `firewall-backend: nftables`.
    machine.sh("iptables -F DOCKER-USER")
    machine.sh(f"rm -rf /srv/metadata\n{LISTENERS}")
    assert machine.ask(80) == ""
    assert machine.ask(53) == "secret"
    machine.sh("nft delete table inet longshore")
    assert machine.ask(80) == "secret"
