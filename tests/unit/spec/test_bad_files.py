"""Bad project files, each with the exact message it gets."""

from __future__ import annotations

from typing import get_args

import pytest

from orchestrator.spec.model import Os

TARGET = "{provider: aws, region: us-east-1, size: t3.small}"
GOOD = f"name: shop\ntarget: {TARGET}\n"
TWO = f"name: shop\ntargets: {{us: {TARGET}, eu: {TARGET}}}\n"


def with_target(keys: str) -> str:
    return f"name: shop\ntarget:\n  provider: aws\n  region: us-east-1\n  {keys}\n"


PROJECTS = {
    "empty": ("", "longshore.yaml:1:1: the file is empty"),
    "not a mapping": (
        "- shop\n",
        "longshore.yaml:1:1: expected a mapping with 'name' and 'targets', not a list",
    ),
    "not YAML": (
        "name: shop: x\n",
        "longshore.yaml:1:11: not valid YAML: mapping values are not allowed here",
    ),
    "no name": (
        f"target: {TARGET}\n",
        "longshore.yaml:1:1: 'name' is missing; add for example name: shop",
    ),
    "name does not fit": (
        f"name: My_Shop\ntarget: {TARGET}\n",
        "longshore.yaml:1:7: name: expected a project name, not 'My_Shop'; a name is a lower-case"
        " letter, then up to 19 lower-case letters, digits or dashes",
    ),
    "name is a number": (
        f"name: 5\ntarget: {TARGET}\n",
        'longshore.yaml:1:7: name: expected a project name, not 5; put it in quotes: "5"',
    ),
    "no target": (
        "name: shop\n",
        "longshore.yaml:1:1: there are no targets; add 'target' or 'targets'",
    ),
    "unknown key": (
        f"{GOOD}placment: {{}}\n",
        "longshore.yaml:3:1: placment: unknown key; did you mean 'placement'?",
    ),
    "unknown key, nothing near": (
        f"{GOOD}ssh: {{zzz: 1}}\n",
        "longshore.yaml:3:7: ssh.zzz: unknown key; known here: key, agent, ssh_from",
    ),
    "duplicate key": (
        f"{GOOD}name: other\n",
        "longshore.yaml:3:1: name: the key is here twice (first on line 1); remove one of them",
    ),
    "target and targets": (
        f"{TWO}target: {TARGET}\n",
        "longshore.yaml:3:1: target: 'target' beside 'targets'; keep one of the two",
    ),
    "no region": (
        "name: shop\ntargets:\n  us: {provider: aws, size: t3.small}\n",
        "longshore.yaml:3:7: targets.us: 'region' is missing; add for example region: us-east-1 "
        "(aws), europe-west1 (gcp) or westeurope (azure)",
    ),
    "misspelt count": (
        with_target("size: t3.small\n  coun: 2"),
        "longshore.yaml:6:3: target.coun: unknown key; did you mean 'count'?",
    ),
    "count is text": (
        with_target("size: t3.small\n  count: two"),
        "longshore.yaml:6:10: target.count: expected a whole number from 1 to 100, not 'two'",
    ),
    "count is quoted": (
        with_target('size: t3.small\n  count: "2"'),
        "longshore.yaml:6:10: target.count: expected a whole number from 1 to 100, not '2';"
        " remove the quotes",
    ),
    "count too high": (
        with_target("size: t3.small\n  count: 101"),
        "longshore.yaml:6:10: target.count: expected a whole number from 1 to 100, not 101",
    ),
    "count is nothing": (
        with_target("size: t3.small\n  count:"),
        "longshore.yaml:6:9: target.count: expected a whole number from 1 to 100, but nothing is"
        " written here; remove the key or give it a value",
    ),
    "memory without a unit": (
        with_target("size: {cpu: 2, memory: 4}"),
        "longshore.yaml:5:26: target.size.memory: expected a size such as 512MiB or 4GiB, not 4;"
        " add a unit: 4GiB",
    ),
    "memory in GB": (
        with_target("size: {cpu: 2, memory: 4GB}"),
        "longshore.yaml:5:26: target.size.memory: expected a size such as 512MiB or 4GiB,"
        " not '4GB'; write 4GiB",
    ),
    "empty size": (
        with_target("size: {}"),
        "longshore.yaml:5:9: target.size: says neither 'cpu' nor 'memory';"
        " write for example {cpu: 2, memory: 4GiB}",
    ),
    "size is a list": (
        with_target("size: [2, 4GiB]"),
        "longshore.yaml:5:9: target.size: expected a mapping with 'cpu' and 'memory', or a machine"
        " type such as t3.small, not a list",
    ),
    "unknown system": (
        with_target("size: t3.small\n  os: debian-21"),
        "longshore.yaml:6:7: target.os: expected one of debian-12, debian-13, ubuntu-24.04,"
        f" {', '.join(get_args(Os)[3:])}, not 'debian-21'; did you mean 'debian-13'?",
    ),
    "unknown architecture": (
        with_target("size: t3.small\n  arch: arm"),
        "longshore.yaml:6:9: target.arch: expected one of x86_64, arm64, not 'arm';"
        " did you mean 'arm64'?",
    ),
    "disk too small": (
        with_target("size: t3.small\n  disk: 4"),
        "longshore.yaml:6:9: target.disk: expected a disk size from 8 to 16384 GiB such as 40,"
        " not 4",
    ),
    "spot beside market": (
        with_target("size: t3.small\n  market: spot\n  spot: true"),
        "longshore.yaml:7:3: target.spot: 'spot' beside 'market'; keep one of the two",
    ),
    "yes is no boolean": (
        with_target("size: t3.small\n  spot: yes"),
        "longshore.yaml:6:9: target.spot: expected true or false, not 'yes'",
    ),
    "proxy": (
        f"{GOOD}proxy: {{web: {{hosts: [shop.example.com]}}}}\n",
        "longshore.yaml:3:1: proxy: not supported by this version: there is no proxy yet;"
        " publish a port in the Compose file",
    ),
    "budget": (
        f"{GOOD}budget: {{monthly: 250 USD}}\n",
        "longshore.yaml:3:1: budget: not supported by this version: costs are not compared yet;"
        " remove the key",
    ),
    "state": (
        f"{GOOD}state: s3://acme/shop\n",
        "longshore.yaml:3:1: state: not supported by this version: state is kept in .longshore/"
        " beside this file; remove the key",
    ),
    "identity": (
        with_target("size: t3.small\n  identity: role"),
        "longshore.yaml:6:3: target.identity: not supported by this version: machines have no"
        " identity towards the cloud; remove the key",
    ),
    "address": (
        with_target("size: t3.small\n  address: static"),
        "longshore.yaml:6:3: target.address: not supported by this version: each machine gets an"
        " address of its own that lasts as long as it does",
    ),
    "placement of an unknown service": (
        f"{GOOD}placement: {{wbe: main}}\n",
        "longshore.yaml:3:13: placement.wbe: there is no service 'wbe'; did you mean 'web'?",
    ),
    "placement on an unknown target": (
        f"{TWO}placement: {{web: [us, eur]}}\n",
        "longshore.yaml:3:23: placement.web[1]: there is no target 'eur'; did you mean 'eu'?",
    ),
    "placement nowhere": (
        f"{GOOD}placement: {{web: []}}\n",
        "longshore.yaml:3:18: placement.web: expected a list of targets, not an empty list",
    ),
    "probe of an unknown service": (
        f"{GOOD}health: {{api: {{tcp: 80}}}}\n",
        "longshore.yaml:3:10: health.api: there is no service 'api'; known here: web",
    ),
    "probe without a kind": (
        f"{GOOD}health: {{web: {{port: 80}}}}\n",
        "longshore.yaml:3:15: health.web: expected exactly one of 'http' and 'tcp';"
        " write for example {http: /up}",
    ),
    "probe without a port": (
        f"{GOOD}health: {{web: {{http: /up}}}}\n",
        "longshore.yaml:3:15: health.web: the service has no ports; add 'port' to say which to ask",
    ),
    "probe path": (
        f"{GOOD}health: {{web: {{http: up, port: 80}}}}\n",
        "longshore.yaml:3:22: health.web.http: expected a path such as /health, not 'up'",
    ),
    "key file is not there": (
        f"{GOOD}ssh: {{key: nope/id_ed25519}}\n",
        "longshore.yaml:3:12: ssh.key: there is no file 'nope/id_ed25519';"
        " paths are relative to the project file",
    ),
    "network with host bits": (
        f"{GOOD}ssh: {{ssh_from: 10.1.2.3/8}}\n",
        "longshore.yaml:3:17: ssh.ssh_from: '10.1.2.3/8' has host bits set; write 10.0.0.0/8",
    ),
    "endpoint is no URL": (
        f"{GOOD}providers: {{aws: {{endpoint: localhost}}}}\n",
        "longshore.yaml:3:29: providers.aws.endpoint: expected a URL such as https://example.com,"
        " not 'localhost'",
    ),
    "delivery": (
        f"{GOOD}deliver: directly\n",
        "longshore.yaml:3:10: deliver: expected one of direct, registry, not 'directly';"
        " did you mean 'direct'?",
    ),
    "compose file is not there": (
        f"{GOOD}compose: app.yaml\n",
        "longshore.yaml:3:10: compose: there is no file 'app.yaml';"
        " name the Compose file under 'compose'",
    ),
    "unset variable": (
        "name: shop\ntarget: {provider: aws, region: '${REGION}', size: t3.small}\n",
        "longshore.yaml:2:33: target.region: the variable REGION is not set; set it in the"
        " environment or in .env, or give it a default: ${REGION:-value}",
    ),
    "target beside environments": (
        f"{GOOD}environments: {{production: {{target: {TARGET}}}}}\n",
        "longshore.yaml:2:1: target: stands beside 'environments', so nobody can say whose it is;"
        " move it into an environment",
    ),
    "several environments": (
        f"name: shop\nenvironments:\n  production: {{target: {TARGET}}}\n"
        f"  staging: {{target: {TARGET}}}\n",
        "longshore.yaml:2:1: environments: there are several environments: production, staging;"
        " choose one with --environment",
    ),
    "environment name": (
        f"name: shop\nenvironments:\n  Production: {{target: {TARGET}}}\n",
        "longshore.yaml:3:3: environments.Production: the name 'Production' does not fit; a name is"
        " a lower-case letter, then up to 19 lower-case letters, digits or dashes",
    ),
}


@pytest.mark.parametrize("case", PROJECTS)
def test_bad_project_file(files, case: str) -> None:
    text, message = PROJECTS[case]
    assert files.complaints(text) == [message]


def test_there_is_no_project_file(files, tmp_path) -> None:
    from orchestrator.spec import SpecError, load_project

    with pytest.raises(SpecError) as caught:
        load_project(tmp_path / "longshore.yaml", environment=None, environ={})
    assert str(caught.value) == (
        "longshore.yaml: there is no file 'longshore.yaml'; 'longshore init' writes one"
    )


def test_there_is_no_compose_file(files) -> None:
    assert files.complaints(GOOD, None) == [
        "longshore.yaml: compose: there is no file 'compose.yaml';"
        " name the Compose file under 'compose'"
    ]


def test_unknown_environment(files) -> None:
    assert files.complaints(GOOD, environment="prodution") == [
        "longshore.yaml:1:1: there is no environment 'prodution'; there is production;"
        " did you mean 'production'?"
    ]
