"""The playbooks of other families under their own package managers, as far as these can be had.

No base system but Debian's can be installed here. Debian has the real dnf, rpm and zypper,
though: on a machine that says it is another system they install packages that were made, and
signed, from Debian's Engine, and systemd starts it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from orchestrator.machines.playbook import load_playbook, render_script
from orchestrator.machines.report import ReportReader
from tests.e2e.sandbox_cloud import eventually
from tests.guests import Guests, guests
from tests.unit.machines.test_docker_playbook import DOCKER_KEY

PACKAGES = "dnf rpm createrepo-c gnupg zypper"
SPEC = """\
Name: {name}
Version: 1
Release: 1
Summary: Debian's Engine
License: Apache-2.0
AutoReqProv: no
Provides: /bin/sh
{requires}
%global __os_install_post %{{nil}}
%define _build_id_links none
%define _binary_payload w0.gzdio
%description
Debian's Engine.
{files}
"""
# What docker.io and its dependencies brought, as a tree below /srv/payload.
COLLECT = """\
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends {packages}
systemctl stop docker.socket docker containerd
mkdir -p /srv/payload
dpkg -L docker.io containerd runc tini | sort -u | while read -r path; do
  [ -f "$path" ] || continue
  case $path in
    /usr/bin/* | /usr/sbin/*) ;;
    /lib/systemd/system/*) path=/usr$path ;;
    *) continue ;;
  esac
  mkdir -p "/srv/payload${{path%/*}}"
  cp -a "$path" "/srv/payload$path"
done
dpkg -P --force-depends docker.io containerd runc tini
rm -rf /etc/docker /var/lib/docker/* /etc/systemd/system/multi-user.target.wants/docker.service
groupdel docker
"""
BUILD = """\
set -eu
cd /srv
export HOME=/root GNUPGHOME=/srv/keys
mkdir -p -m 0700 keys
gpg --batch --quiet --passphrase '' --quick-gen-key 'Test Key <test@example.com>' rsa2048 sign never
gpg --batch --armor --export test@example.com > gpg
build() {{ # name
  rpmbuild --quiet -bb --define "_topdir /srv/build" "$1.spec"
}}
echo '{payload}' | base64 -d > payload.spec; build payload
echo '{docker}' | base64 -d > docker.spec; build docker
echo '{docker_ce}' | base64 -d > docker-ce.spec; build docker-ce
echo '{cli}' | base64 -d > docker-ce-cli.spec; build docker-ce-cli
echo '{containerd}' | base64 -d > containerd.io.spec; build containerd.io
for tree in unsigned/linux/rhel/9 signed/linux/rhel/9; do
  mkdir -p "$tree/x86_64/stable"
  cp build/RPMS/x86_64/*.rpm "$tree/x86_64/stable/"
  cp gpg "$tree/../gpg"
done
mkdir -p signed/linux/fedora
cp gpg signed/linux/fedora/
ln -s ../rhel/9 signed/linux/fedora/43
ln -s rhel signed/linux/centos
rpmsign --define '_gpg_name test@example.com' --define '__gpg /usr/bin/gpg' \\
  --addsign signed/linux/rhel/9/x86_64/stable/*.rpm
for tree in */linux/rhel/9/x86_64/stable; do createrepo_c --quiet "$tree"; done
gpg --batch --with-colons --show-keys gpg | awk -F: '$1 == "fpr" {{ print $10 }}' > fingerprint
"""
RESET = """\
systemctl stop docker.socket docker containerd longshore-metadata 2>/dev/null
rpm -qa | xargs -r rpm -e
rm -rf /var/lib/longshore /etc/yum.repos.d/* /etc/zypp/repos.d/* /etc/docker /etc/pki/rpm-gpg \
  /etc/systemd/system/longshore-metadata.service /usr/local/sbin/longshore-metadata
mkdir -p /etc/yum.repos.d /etc/zypp/repos.d
: > /var/log/longshore-playbook.log
systemctl daemon-reload
systemctl reset-failed
rm -f /etc/os-release
printf 'ID={id}\\nVERSION_ID={version}\\n' > /etc/os-release
true
"""


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def spec(name: str, requires: str = "", files: str = "%files\n") -> str:
    return packed(SPEC.format(name=name, requires=requires, files=files))


ENGINE_FILES = """\
%install
cp -a /srv/payload/. %{buildroot}
%post
getent group docker >/dev/null || groupadd --system docker
%files
/usr/bin/*
/usr/sbin/*
/usr/lib/systemd/system/*"""


@dataclass
class Workshop:
    """A machine that can pass for one of another system."""

    machines: Guests
    name: str
    fingerprint: str

    def sh(self, script: str) -> str:
        return self.machines.sh(self.name, script)

    def become(self, id: str, version: str) -> None:
        self.sh(RESET.format(id=id, version=version))

    def run(self, family: str, *, key: str = "", tree: str = "signed") -> ReportReader:
        script = render_script(load_playbook("docker"), family, user="root")
        script = script.replace("https://download.docker.com", f"file:///srv/{tree}")
        script = script.replace(DOCKER_KEY, key or self.fingerprint)
        out = self.sh(f"echo {packed(script)} | base64 -d | sh -s ssh 60; true")
        reader = ReportReader()
        for line in out.splitlines():
            reader.feed(line)
        return reader


def statuses(reader: ReportReader) -> dict[str, str]:
    return {step.step: step.status for step in reader.steps("ssh")}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with guests(tmp_path_factory.mktemp("families")) as machines:
        name, _ = machines.boot("debian-12", "guest-agent", metadata={}, baked=True)
        up = "systemctl is-active docker || true"
        eventually(lambda: machines.sh(name, up) == "active\n", "Docker")
        machines.sh(name, COLLECT.format(packages=PACKAGES))
        machines.sh(
            name,
            BUILD.format(
                payload=spec("payload", "", ENGINE_FILES),
                docker=spec("docker", "Requires: payload"),
                docker_ce=spec("docker-ce", "Requires: payload\nRequires: docker-ce-cli"),
                cli=spec("docker-ce-cli"),
                containerd=spec("containerd.io"),
            ),
        )
        yield Workshop(machines, name, machines.sh(name, "cat /srv/fingerprint").strip())


@pytest.mark.parametrize(
    ("id", "version", "tree"), [("rhel", "9.6", "rhel/9"), ("fedora", "43", "fedora/43")]
)
def test_docker_comes_from_its_own_repository(
    workshop: Workshop, id: str, version: str, tree: str
) -> None:
    workshop.become(id, version)
    first = workshop.run("redhat")
    assert first.failed is None, first.failed
    assert first.done
    for step in ("docker-config", "docker-repository", "docker-packages", "metadata-guard"):
        assert statuses(first)[step] == "changed"
    assert workshop.sh("rpm -qa --qf '%{name}\n' | grep -v gpg-pubkey | sort").split() == [
        "containerd.io",
        "docker-ce",
        "docker-ce-cli",
        "payload",
    ]
    repository = workshop.sh("cat /etc/yum.repos.d/docker-ce.repo").splitlines()
    assert f"baseurl=file:///srv/signed/linux/{tree}/$basearch/stable" in repository
    assert "gpgcheck=1" in repository
    assert "Server Version" in workshop.sh("docker info")

    second = workshop.run("redhat")
    assert set(statuses(second).values()) == {"ok"}


def test_another_key_than_dockers_installs_nothing(workshop: Workshop) -> None:
    workshop.become("rocky", "9.6")
    failed = workshop.run("redhat", key=DOCKER_KEY).failed
    assert failed is not None
    assert failed.step == "docker-repository"
    assert f"not Docker's own {DOCKER_KEY}: nothing is installed" in failed.output[-1]
    assert workshop.sh("ls /etc/yum.repos.d /etc/pki/rpm-gpg; rpm -qa").split() == [
        "/etc/pki/rpm-gpg:",
        "/etc/yum.repos.d:",
    ]
    assert workshop.run("redhat").done  # the right key, and the tree of CentOS for Rocky


def test_packages_that_are_not_signed_are_refused(workshop: Workshop) -> None:
    workshop.become("rhel", "9.6")
    failed = workshop.run("redhat", tree="unsigned").failed
    assert failed is not None
    assert failed.step == "docker-packages"
    assert "is not signed" in "\n".join(failed.output)
    assert workshop.sh("rpm -qa") == ""


def test_amazon_linux_takes_its_own_package(workshop: Workshop) -> None:
    workshop.become("amzn", "2023")
    workshop.sh(
        "printf '[amazonlinux]\\nname=x\\nbaseurl=file:///srv/signed/linux/rhel/9/x86_64/stable\\n"
        "gpgcheck=0\\n' > /etc/yum.repos.d/amazonlinux.repo"
    )
    first = workshop.run("amazon")
    assert first.failed is None, first.failed
    assert statuses(first)["docker-packages"] == "changed"
    assert workshop.sh("rpm -qa --qf '%{name}\n' | sort") == "docker\npayload\n"
    assert "Server Version" in workshop.sh("docker info")
    assert set(statuses(workshop.run("amazon")).values()) == {"ok"}


def test_suse_takes_its_own_package(workshop: Workshop) -> None:
    workshop.become("opensuse-leap", "15.6")
    workshop.sh(
        "zypper --non-interactive addrepo --no-gpgcheck "
        "file:///srv/signed/linux/rhel/9/x86_64/stable oss"
    )
    first = workshop.run("suse")
    assert first.failed is None, first.failed
    assert statuses(first)["docker-packages"] == "changed"
    assert "| docker " in workshop.sh("zypper --non-interactive search --installed-only docker")
    assert "Server Version" in workshop.sh("docker info")
    assert set(statuses(workshop.run("suse")).values()) == {"ok"}
