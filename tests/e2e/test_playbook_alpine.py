"""Alpine's playbook in busybox's shell with busybox's commands, and no systemd.

There is no Alpine to be had here. What is its own in the script is: the shell, the commands of
busybox (Debian's has most of them, of the same code), `addgroup`, `apk` and OpenRC. The last
three are stand-ins, and write down how they were called; packet filter and files are real.
"""

from __future__ import annotations

import base64
import io
import shutil
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from orchestrator.machines.facts import facts_command, parse_facts
from orchestrator.machines.playbook import load_playbook, render_script
from orchestrator.machines.report import ReportReader
from providers.sandbox.image import MachineImages
from providers.sandbox.prerequisites import connect_engine
from providers.sandbox.progress import silent

APK = """\
#!/bin/sh
echo "apk $*" >> /calls
[ -e /fail ] && { echo 'ERROR: unable to select packages' >&2; exit 1; }
printf '#!/bin/sh\\n' > /usr/bin/dockerd
chmod 755 /usr/bin/dockerd
"""
# As busybox has it: `-S GROUP` makes a system group, `USER GROUP` puts somebody into one.
ADDGROUP = """\
#!/bin/sh
echo "addgroup $*" >> /calls
case $1 in -S) exec /usr/sbin/kept.groupadd -r "$2" ;; *) exec gpasswd -a "$1" "$2" ;; esac
"""
RC_UPDATE = """\
#!/bin/sh
echo "rc-update $*" >> /calls
mkdir -p "/etc/runlevels/$3"
ln -sf "/etc/init.d/$2" "/etc/runlevels/$3/$2"
"""
RC_SERVICE = """\
#!/bin/sh
mark=/run/$1.started
case $2 in
  status) [ -e "$mark" ]; exit ;;
  start | restart)
    echo "rc-service $*" >> /calls
    if [ "$1" = docker ]; then
      iptables -N DOCKER-USER 2>/dev/null
      perl -MSocket -e \
        'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("/run/docker.sock"))'
    else
      /usr/local/sbin/longshore-metadata || exit 1
    fi
    touch "$mark" ;;
esac
"""
STAND_INS = {"addgroup": ADDGROUP, "apk": APK, "rc-service": RC_SERVICE, "rc-update": RC_UPDATE}
# busybox's commands first on the path; what it does not have in Debian is the system's own.
PREPARE = """\
set -eu
/busybox --install -s /usr/local/bin
useradd -m ann
mv /usr/sbin/groupadd /usr/sbin/kept.groupadd
rm -f /usr/local/bin/ip /usr/sbin/usermod /usr/bin/curl
printf 'ID=alpine\\nVERSION_ID=3.22.1\\nPRETTY_NAME="Alpine Linux v3.22"\\n' > /etc/os-release.new
rm -f /etc/os-release
mv /etc/os-release.new /etc/os-release
mkdir -p /etc/apk
echo 'https://mirror.example/alpine/v3.22/main' > /etc/apk/repositories
for name in addgroup apk rc-update rc-service; do chmod 755 /usr/local/sbin/$name; done
"""


@dataclass
class Box:
    client: docker.APIClient
    container: str

    def sh(self, script: str, check: bool = True) -> str:
        job = self.client.exec_create(self.container, ["/busybox", "sh", "-c", script])["Id"]
        output: str = self.client.exec_start(job).decode(errors="replace")
        status = self.client.exec_inspect(job)["ExitCode"]
        assert status == 0 or not check, f"{script}: status {status}: {output}"
        return output

    def run(self) -> ReportReader:
        script = render_script(load_playbook("docker"), "alpine", user="ann")
        packed = base64.b64encode(script.encode()).decode()
        out = self.sh(f"echo {packed} | /busybox base64 -d | /busybox sh -s ssh 60", check=False)
        reader = ReportReader()
        for line in out.splitlines():
            reader.feed(line)
        return reader


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for path, data in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(data), 0o755
            made.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def box() -> Iterator[Box]:
    client = connect_engine()
    images = MachineImages(client, silent)
    image = images.reference("debian-12", "guest-agent")
    images.ensure(image)
    name = f"longshore-test-alpine-{uuid.uuid4().hex[:8]}"
    client.create_container(
        image,
        command=["sleep", "infinity"],
        name=name,
        host_config=client.create_host_config(cap_add=["NET_ADMIN"], network_mode="none"),
    )
    try:
        client.start(name)
        busybox = shutil.which("busybox")
        assert busybox is not None
        stubs = {name: text.encode() for name, text in STAND_INS.items()}
        client.put_archive(name, "/usr/local/sbin", archive(stubs))
        client.put_archive(name, "/", archive({"busybox": Path(busybox).read_bytes()}))
        found = Box(client, name)
        found.sh(PREPARE)
        yield found
    finally:
        client.remove_container(name, force=True, v=True)


def statuses(reader: ReportReader) -> dict[str, str]:
    return {step.step: step.status for step in reader.steps("ssh")}


def test_docker_is_installed_started_and_guarded(box: Box) -> None:
    first = box.run()
    assert first.failed is None, first.failed
    assert first.done
    assert set(statuses(first).values()) <= {"ok", "changed"}
    assert box.sh("cat /calls").splitlines() == [
        "addgroup -S docker",
        "addgroup ann docker",
        "apk --wait 300 --no-progress add --update-cache docker",
        "rc-update add docker default",
        "rc-service docker start",
        "rc-update add longshore-metadata default",
        "rc-service longshore-metadata restart",
    ]
    assert box.sh("cat /etc/apk/repositories").splitlines() == [
        "https://mirror.example/alpine/v3.22/main",
        "https://mirror.example/alpine/v3.22/community",
    ]
    assert "docker" in box.sh("id -nG ann").split()
    assert "--dport 80 -j DROP" in box.sh("iptables -S DOCKER-USER")
    assert "#!/sbin/openrc-run" in box.sh("cat /etc/init.d/longshore-metadata")
    assert '"live-restore": true' in box.sh("cat /etc/docker/daemon.json")

    second = box.run()
    assert set(statuses(second).values()) == {"ok"}
    assert len(box.sh("cat /calls").splitlines()) == 7


def test_a_failing_apk_is_told_with_its_last_words(box: Box) -> None:
    box.sh("touch /fail")
    failed = box.run().failed
    assert failed is not None
    assert failed.step == "docker-packages"
    assert failed.output[-1] == "ERROR: unable to select packages"


def test_the_other_carriers_lock_is_waited_for(box: Box) -> None:
    """busybox's flock only tries; the script asks again and again."""
    box.sh("mkdir -p /var/log; flock /run/longshore-playbook.lock sleep 2 >/dev/null 2>&1 &")
    box.sh("until ! flock -n /run/longshore-playbook.lock true; do sleep 0.1; done")
    reader = box.run()
    assert reader.done


def test_facts_are_read(box: Box) -> None:
    command = facts_command().argv
    facts = parse_facts(box.sh(command[2]))
    assert (facts.os_family, facts.os_id, facts.os_version) == ("alpine", "alpine", "3.22.1")
    assert not facts.systemd
    assert facts.memory > 2**28
