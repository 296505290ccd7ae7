"""The docker playbook, family by family: which steps, and the lines that decide."""

from __future__ import annotations

import gzip
import re

import pytest

from orchestrator.machines.boot import LIMIT
from orchestrator.machines.families import FAMILIES
from orchestrator.machines.playbook import load_playbook, render_script
from orchestrator.machines.render import stamp_of

PLAYBOOK = load_playbook("docker")
DOCKER_KEY = "060A61C51B558A7F742B77AAC52FEB6B621E9F35"
"""Docker Release (CE rpm), as docs.docker.com/engine/install/rhel gives it."""

STEPS = {
    "debian": "docker-config docker-group package-lists docker-packages docker-start "
    "docker-answers metadata-guard",
    "redhat": "docker-config docker-group docker-repository kernel-modules docker-packages "
    "docker-start docker-answers firewalld metadata-guard",
    "amazon": "docker-config docker-group docker-packages docker-start docker-answers "
    "metadata-guard",
    "suse": "docker-config docker-group docker-packages docker-start docker-answers firewalld "
    "metadata-guard",
    "alpine": "docker-config docker-group docker-packages docker-start docker-answers "
    "metadata-guard",
}
# What a machine's stamp says. A change here runs the playbook again on every machine.
DIGESTS = {
    "debian": "df5082c9f633d437",
    "redhat": "f9bbdbb293c40545",
    "amazon": "4ac806ea4286b412",
    "suse": "94746b0abfb8726c",
    "alpine": "e207d778531e24f5",
}
PACKAGE_MANAGERS = {
    "debian": ("apt-get", "dpkg"),
    "redhat": ("dnf",),
    "amazon": ("dnf",),
    "suse": ("zypper", "SUSEConnect"),
    "alpine": ("apk", "rc-update"),
}
# What installs the Engine: unattended, without extras, waiting for whoever holds the lock.
INSTALLS = {
    "debian": (
        "packages=docker.io",
        "apt-get -q -y install --no-install-recommends -o DPkg::Lock::Timeout=300 ",
        "tail -n 5 \"$log\" | grep -q 'Could not get lock' || return 1; sleep 1;",
    ),
    "redhat": (
        "packages='docker-ce docker-ce-cli containerd.io'\n",
        "dnf -y -q --setopt=install_weak_deps=False --setopt=retries=5 install $packages\n",
    ),
    "amazon": (
        "if grep -Eqs '^ID=\"?amzn\"?$' /etc/os-release; then packages=docker; fi\n",
        "dnf -y -q --setopt=install_weak_deps=False --setopt=retries=5 install $packages\n",
    ),
    "suse": (
        "export ZYPP_LOCK_TIMEOUT=300\n",
        "zypper --non-interactive --quiet install --no-recommends \\\n",
    ),
    "alpine": ("apk --wait 300 --no-progress add --update-cache docker\n",),
}


def run_of(family: str, name: str) -> str:
    return next(step.run for step in PLAYBOOK.for_family(family) if step.name == name)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_steps_of_each_family_in_order(family: str) -> None:
    assert [step.name for step in PLAYBOOK.for_family(family)] == STEPS[family].split()


@pytest.mark.parametrize("family", FAMILIES)
def test_each_script_is_exactly_what_was_reviewed(family: str) -> None:
    assert stamp_of(PLAYBOOK, family) == DIGESTS[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_only_the_familys_own_package_manager_is_called(family: str) -> None:
    script = render_script(PLAYBOOK, family)
    assert script == render_script(PLAYBOOK, family)
    words = set(re.findall(r"[\w-]+", script))
    found = {one for ones in PACKAGE_MANAGERS.values() for one in ones if one in words}
    # OpenRC's commands stand in the step that all families share, where there is no systemd.
    assert found - {"rc-update"} == set(PACKAGE_MANAGERS[family]) - {"rc-update"}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_engine_is_installed_unattended_and_locks_are_waited_for(family: str) -> None:
    run = run_of(family, "docker-packages")
    for line in INSTALLS[family]:
        assert line in run
    assert "command -v dockerd" in run  # an Engine that is there is kept


@pytest.mark.parametrize("family", FAMILIES)
def test_each_fits_into_every_clouds_user_data(family: str) -> None:
    assert len(gzip.compress(render_script(PLAYBOOK, family).encode(), 9)) < LIMIT // 2


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_of_bash_is_needed(family: str) -> None:
    script = render_script(PLAYBOOK, family)
    assert not re.search(r"\[\[ |\bfunction |\blocal |<\(|pipefail", script)


def test_dockers_signing_key_is_pinned_and_packages_are_checked() -> None:
    run = run_of("redhat", "docker-repository")
    assert f"wanted={DOCKER_KEY}\n" in run
    assert 'if [ "$found" != "$wanted" ]; then\n' in run
    assert run.index('"$found" != "$wanted"') < run.index('mv -f "$key.new" "$key"')
    for line in ("gpgcheck=1\n", "gpgkey=file://$key\n", "$url/$release/\\$basearch/stable\n"):
        assert line in run
    assert "nogpgcheck" not in render_script(PLAYBOOK, "redhat")


def test_the_service_managers_do_not_mix() -> None:
    for family in FAMILIES:
        run = run_of(family, "docker-start")
        assert ("rc-service" in run) == (family == "alpine")
        assert ("systemctl" in run) == (family != "alpine")


@pytest.mark.parametrize("family", FAMILIES)
def test_containers_are_kept_from_the_metadata_service(family: str) -> None:
    run = run_of(family, "metadata-guard")
    assert "-d 169.254.169.254/32 -p tcp --dport 80 -j DROP\n" in run
    assert "ip daddr 169.254.169.254 tcp dport 80 drop\n" in run
    assert "PartOf=docker.service\n" in run
    assert "depend() { need docker; }\n" in run
