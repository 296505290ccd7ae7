"""Playbooks: read with every mistake told, rendered for one family, reports understood."""

from __future__ import annotations

from typing import get_args

import pytest

from orchestrator.errors import LongshoreError
from orchestrator.machines.families import (
    FAMILIES,
    FAMILY_OF,
    family_of_id,
    family_of_target,
    system_name,
)
from orchestrator.machines.playbook import PlaybookError, load_playbook, parse_playbook
from orchestrator.machines.render import render_script
from orchestrator.machines.report import PlaybookReport, ReportReader, StepReport, parse_line
from orchestrator.machines.running import PlaybookFailed
from orchestrator.spec.model import Os

STEP = "  - {name: one, check: 'false', run: 'true', timeout: 5, retries: 0}\n"
SMALL = f"name: small\ndescription: a test\nsteps:\n{STEP}"


def with_step(step: str) -> str:
    return f"name: small\ndescription: a test\nsteps:\n  - {step}\n"


MISTAKES = [
    ("", "p.yaml:1: the file is empty"),
    ("name: x\n\tdescription: d", "p.yaml:2: not YAML: "),
    ("- a", "p.yaml:1: expected a mapping of name, description, steps"),
    ("name: x\ndescription: d\nstep: []", "p.yaml:3: step: unknown key"),
    ("name: x\nname: y", "p.yaml:2: name: given twice"),
    ("name: X y\ndescription: d\nsteps: []", "p.yaml:1: name: expected lower-case letters"),
    ("name: x\nsteps: []", "p.yaml:1: description: missing"),
    ("name: x\ndescription: d\nsteps: []", "p.yaml:3: steps: expected a list of steps"),
    (with_step("{name: one, check: a, run: b, timeout: 5}"), "p.yaml:4: retries: missing"),
    (
        with_step("{name: one, check: a, run: b, timeout: 0, retries: 0}"),
        "p.yaml:4: timeout: expected a whole number from 1 to 3600",
    ),
    (
        with_step("{name: one, check: a, run: b, timeout: 5, retries: many}"),
        "p.yaml:4: retries: expected a whole number from 0 to 10",
    ),
    (
        with_step("{name: one, check: '', run: b, timeout: 5, retries: 0}"),
        "p.yaml:4: check: expected text",
    ),
    (
        with_step("{name: one, when: {family: beos}, check: a, run: b, timeout: 5, retries: 0}"),
        "p.yaml:4: when.family: 'beos' is not one of debian, redhat, amazon",
    ),
    (
        with_step("{name: one, when: {moon: full}, check: a, run: b, timeout: 5, retries: 0}"),
        "p.yaml:4: moon: unknown key; known: family, os, version, arch",
    ),
    (
        with_step("{name: one, when: {os: 'a;b'}, check: a, run: b, timeout: 5, retries: 0}"),
        "p.yaml:4: when.os: expected a word, not 'a;b'",
    ),
    (
        with_step("{name: a, check: a, run: b, timeout: 5, retries: 0, reconnect: yes please}"),
        "p.yaml:4: reconnect: expected true or false",
    ),
    (SMALL + STEP, "p.yaml:4: steps: two steps 'one' for family debian"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_told_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(text, "p.yaml")
    assert str(caught.value).startswith(message)


def test_a_missing_playbook_is_told() -> None:
    with pytest.raises(PlaybookError, match=r"playbooks/none\.yaml:1: there is no such playbook"):
        load_playbook("none")


def test_a_step_becomes_one_call() -> None:
    script = render_script(parse_playbook(SMALL, "p.yaml"), "debian")
    assert "  step one 5 0 '' false true\n" in script
    assert "user=longshore carrier=${1:-ssh} patience=${2:-600}" in script
    assert script.startswith("#!/bin/sh\n# Longshore playbook small for debian: a test.\n")
    assert script.endswith("}\n\nmain\n")
    assert "/etc/os-release" not in script


def test_conditions_on_facts_are_asked_on_the_machine() -> None:
    text = with_step(
        '{name: one, when: {os: [debian, ubuntu], arch: x86_64}, check: "it\'s", run: b, '
        "timeout: 5, retries: 1, reconnect: true}"
    )
    script = render_script(parse_playbook(text, "p.yaml"), "debian")
    assert (
        '  if case "$os" in debian|ubuntu) true ;; *) false ;; esac && '
        'case "$arch" in x86_64) true ;; *) false ;; esac; then\n'
        "  step one 5 1 ' reconnect=1' 'it'\"'\"'s' b\n"
        "  else say 'step=one status=skipped'; fi\n"
    ) in script


def test_the_digest_changes_with_the_steps() -> None:
    def digest(text: str) -> str:
        script = render_script(parse_playbook(text, "p.yaml"), "debian")
        return script.split("digest=")[1].split()[0]

    assert digest(SMALL) == digest(SMALL.replace("a test", "another"))
    assert digest(SMALL) != digest(SMALL.replace("timeout: 5", "timeout: 6"))


def test_what_cannot_be_rendered_is_refused() -> None:
    playbook = parse_playbook(
        with_step("{name: one, when: {family: amazon}, check: a, run: b, timeout: 5, retries: 0}"),
        "p.yaml",
    )
    with pytest.raises(ValueError, match="no step for family 'debian'"):
        render_script(playbook, "debian")
    with pytest.raises(ValueError, match="not a plain user name"):
        render_script(playbook, "amazon", user="a; rm -rf /")


def test_operating_systems_have_families() -> None:
    known = {os: family_of_target(os) for os in get_args(Os)}
    assert set(known.values()) == set(FAMILIES)
    assert known["alma-9"] == known["rhel-10"] == known["fedora-43"] == "redhat"
    assert known["opensuse-leap-16.0"] == known["sles-15"] == "suse"
    assert known["amazon-linux-2023"] == "amazon"
    assert known["ubuntu-24.04"] == "debian"
    with pytest.raises(LongshoreError, match="operating system 'plan9' is not supported yet"):
        family_of_id("plan9")


@pytest.mark.parametrize(
    ("os_id", "version", "name"),
    [
        ("debian", "12", "debian-12"),
        ("ubuntu", "24.04", "ubuntu-24.04"),
        ("rhel", "9.6", "rhel-9"),
        ("rocky", "10.0", "rocky-10"),
        ("almalinux", "9.6", "alma-9"),
        ("fedora", "43", "fedora-43"),
        ("amzn", "2023", "amazon-linux-2023"),
        ("opensuse-leap", "15.6", "opensuse-leap-15.6"),
        ("sles", "15.7", "sles-15"),
        ("alpine", "3.22.1", "alpine-3.22"),
    ],
)
def test_what_a_machine_says_becomes_a_word_of_the_project_file(
    os_id: str, version: str, name: str
) -> None:
    assert system_name(os_id, version) == name
    assert name in get_args(Os)
    assert family_of_target(name) == FAMILY_OF[os_id]


REPORTS = [
    (
        "@longshore playbook=docker carrier=ssh step=docker-start status=changed "
        "seconds=0.42 exit=0",
        StepReport("docker-start", "ssh", "changed", 0.42, 0),
    ),
    (
        "@longshore playbook=docker carrier=boot step=g status=changed seconds=0.1 exit=0 "
        "reconnect=1",
        StepReport("g", "boot", "changed", 0.1, 0, reconnect=True),
    ),
    (
        "@longshore playbook=docker carrier=ssh status=waiting",
        StepReport("", "ssh", "waiting"),
    ),
    ("@longshore carrier=ssh step=x status=odd", None),
    ("@longshore step=x status=ok", None),
    ("@longshore carrier=ssh step=x status=ok seconds=long", None),
    ("Setting up docker.io ...", None),
    ("", None),
]


@pytest.mark.parametrize(("line", "report"), REPORTS)
def test_report_lines_are_understood(line: str, report: StepReport | None) -> None:
    assert parse_line(line) == report


def read(*lines: str) -> ReportReader:
    reader = ReportReader()
    for line in lines:
        reader.feed(line)
    return reader


def test_the_two_carriers_are_kept_apart() -> None:
    reader = read(
        "@longshore carrier=ssh status=waiting",
        "@longshore carrier=boot step=a status=running",
        "@longshore carrier=boot step=a status=changed seconds=3 exit=0 reconnect=1",
        "noise",
        "@longshore carrier=boot step=b status=failed seconds=1 exit=2",
        "@longshore carrier=ssh step=a status=ok seconds=0 exit=0",
        "@longshore carrier=ssh step=b status=changed seconds=1 exit=0",
        "@longshore carrier=ssh status=done changed=1 seconds=4",
    )
    assert reader.failed is None
    assert reader.done
    report = PlaybookReport(reader.steps("ssh"), reader.steps("boot"), 4.0)
    assert report.changed == ("b",)
    assert report.reconnect
    assert [step.status for step in report.boot] == ["changed", "failed"]


def test_a_failed_step_keeps_its_last_lines() -> None:
    reader = read(
        "@longshore carrier=ssh step=b status=failed seconds=1 exit=124",
        "@longshore| E: one",
        "@longshore| two = 2",
    )
    assert reader.failed is not None
    assert reader.failed.output == ("E: one", "two = 2")
    assert str(PlaybookFailed("us-1", reader.failed)) == (
        "us-1: step b failed with exit status 124 (ran past its timeout)\n  E: one\n  two = 2"
    )
