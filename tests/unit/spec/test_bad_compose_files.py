"""Bad Compose files, each with the exact message it gets."""

from __future__ import annotations

import pytest

TARGET = "{provider: aws, region: us-east-1, size: t3.small}"
GOOD = f"name: shop\ntarget: {TARGET}\n"
TWO = f"name: shop\ntargets: {{us: {TARGET}, eu: {TARGET}}}\n"


def web(lines: str, top: str = "") -> str:
    return f"services:\n  web:\n    image: nginx\n    {lines}\n{top}"


COMPOSES = {
    "empty": ("", "compose.yaml:1:1: the file is empty"),
    "no services": (
        "volumes: {}\n",
        "compose.yaml:1:1: 'services' is missing; add for example services: {web: {image: nginx}}",
    ),
    "not a single service": (
        "services: {}\n",
        "compose.yaml:1:11: services: there is no service; add one",
    ),
    "neither image nor build": (
        "services:\n  web:\n    restart: always\n",
        "compose.yaml:2:3: services.web: there is neither 'image' nor 'build'; add one of them",
    ),
    "service is nothing": (
        "services:\n  web:\n",
        "compose.yaml:2:7: services.web: expected a mapping that describes the service, but nothing"
        " is written here; remove the key or give it a value",
    ),
    "misspelt key": (
        web("enviroment: {A: b}"),
        "compose.yaml:4:5: services.web.enviroment: unknown key; did you mean 'environment'?",
    ),
    "image": (
        "services:\n  web:\n    image: Nginx:latest\n",
        "compose.yaml:3:12: services.web.image: expected an image such as nginx:1.27,"
        " not 'Nginx:latest'; the name is all lower-case",
    ),
    "port": (
        web('ports: ["99999:80"]'),
        "compose.yaml:4:13: services.web.ports[0]: expected a port from 1 to 65535, not 99999",
    ),
    "ports are no list": (
        web("ports: 80"),
        "compose.yaml:4:12: services.web.ports: expected a list of ports, not 80",
    ),
    "the machine's own port": (
        web('ports: ["22:22"]'),
        "compose.yaml:4:13: services.web.ports[0]: port 22 is the machine's own SSH;"
        " publish another port",
    ),
    "one port twice in a service": (
        web('ports: ["80:80", "80:81"]'),
        "compose.yaml:4:22: services.web.ports[1]: port 80/tcp is published by this service too;"
        " publish another port",
    ),
    "one port in two services": (
        "services:\n  web: {image: a, ports: ['80:80']}\n  api: {image: a, ports: ['80:81']}\n",
        "compose.yaml:3:27: services.api.ports[0]: port 80/tcp is published by service 'web' too on"
        " target 'main'; publish another port or place them on different targets",
    ),
    "relative bind mount": (
        web('volumes: ["./data:/data"]'),
        "compose.yaml:4:15: services.web.volumes[0]: the directory './data' is on your computer,"
        " not on the machine; put the files into the image, or use a named volume or an absolute"
        " path of the machine",
    ),
    "undeclared volume": (
        web('volumes: ["dta:/data"]', "volumes: {data: }\n"),
        "compose.yaml:4:15: services.web.volumes[0]: there is no volume 'dta';"
        " did you mean 'data'?",
    ),
    "relative mount target": (
        web('volumes: ["data:data"]', "volumes: {data: }\n"),
        "compose.yaml:4:15: services.web.volumes[0]: expected an absolute path in the container,"
        " not 'data'",
    ),
    "external volume": (
        web("restart: always", "volumes: {data: {external: true}}\n"),
        "compose.yaml:5:18: volumes.data.external: not supported by this version: each environment"
        " has its own volumes; remove the key",
    ),
    "memory without a unit": (
        web("mem_limit: 512"),
        "compose.yaml:4:16: services.web.mem_limit: expected at least 6m of memory, not 512 bytes;"
        " add a unit: 512m",
    ),
    "memory in GiB": (
        web("mem_limit: 1GiB"),
        "compose.yaml:4:16: services.web.mem_limit: expected a size such as 512m or 2g,"
        " not '1GiB'; write 1g",
    ),
    "two different limits": (
        web("mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2g}}}"),
        "compose.yaml:4:5: services.web.mem_limit: says something else than deploy.resources"
        " (memory); keep one of the two",
    ),
    "reservation above the limit": (
        web("mem_limit: 1g\n    mem_reservation: 2g"),
        "compose.yaml:5:5: services.web.mem_reservation: reserves more memory than the limit"
        " allows; lower it",
    ),
    "CPUs": (
        web("cpus: 0"),
        "compose.yaml:4:11: services.web.cpus: expected a number of CPUs such as 0.5 or 2, not 0",
    ),
    "replicas": (
        web("deploy: {replicas: 3}"),
        "compose.yaml:4:14: services.web.deploy.replicas: not supported by this version: each"
        " service runs once on each machine; raise the target's 'count'",
    ),
    "privileged": (
        web("privileged: true"),
        "compose.yaml:4:5: services.web.privileged: not supported by this version: containers run"
        " with the Engine's own set of privileges",
    ),
    "networks": (
        web("restart: always", "networks: {front: }\n"),
        "compose.yaml:5:1: networks: not supported by this version: services of one machine share"
        " one network and find each other by name",
    ),
    "restart": (
        web("restart: allways"),
        "compose.yaml:4:14: services.web.restart: expected no, always, unless-stopped, on-failure"
        " or on-failure:3, not 'allways'",
    ),
    "restart is false": (
        web("restart: false"),
        "compose.yaml:4:14: services.web.restart: expected no, always, unless-stopped, on-failure"
        " or on-failure:3, not false; write no",
    ),
    "interval without a unit": (
        web("healthcheck: {test: curl localhost, interval: 30}"),
        "compose.yaml:4:51: services.web.healthcheck.interval: expected a duration such as 30s or"
        " 1m30s, not 30; add a unit: 30s",
    ),
    "health check without CMD": (
        web("healthcheck: {test: [curl, localhost]}"),
        "compose.yaml:4:25: services.web.healthcheck.test: a test list starts with CMD, CMD-SHELL"
        " or NONE, not 'curl'; put CMD in front of the command",
    ),
    "unknown dependency": (
        web("depends_on: [wbe]"),
        "compose.yaml:4:18: services.web.depends_on[0]: there is no service 'wbe';"
        " did you mean 'web'?",
    ),
    "dependencies in a circle": (
        "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n"
        "  c: {image: x, depends_on: [a]}\n",
        "compose.yaml:4:30: services.c.depends_on[0]: services depend on each other in a circle:"
        " a -> b -> c -> a; remove one of these dependencies",
    ),
    "waiting for the end of a service": (
        "services:\n  a: {image: x, depends_on: {b: {condition: service_completed_successfully}}}\n"
        "  b: {image: x}\n",
        "compose.yaml:2:45: services.a.depends_on.b.condition: not supported by this version:"
        " services that run once and end are not awaited; use service_started or service_healthy",
    ),
    "waiting for a disabled check": (
        "services:\n  a: {image: x, depends_on: {b: {condition: service_healthy}}}\n"
        "  b: {image: x, healthcheck: {disable: true}}\n",
        "compose.yaml:2:30: services.a.depends_on.b: the health check of 'b' is disabled;"
        " use service_started",
    ),
    "unset variable": (
        web("environment: {URL: 'http://${HOST}/'}"),
        "compose.yaml:4:24: services.web.environment.URL: the variable HOST is not set; set it in"
        " the environment or in .env, or give it a default: ${HOST:-value}",
    ),
    "required variable": (
        web("environment: {URL: '${URL:?the address of the shop}'}"),
        "compose.yaml:4:24: services.web.environment.URL: the variable URL is not set: the address"
        " of the shop; set it in the environment or in .env",
    ),
    "nothing to pass through": (
        web("environment: [TOKEN]"),
        "compose.yaml:4:19: services.web.environment[0]: the variable TOKEN is not set, so it"
        " cannot be passed through; set it in the environment or in .env, or write its value here",
    ),
    "env_file is not there": (
        web("env_file: prod.env"),
        "compose.yaml:4:15: services.web.env_file: there is no file 'prod.env';"
        " make it, or mark it 'required: false'",
    ),
    "build directory is not there": (
        "services:\n  web:\n    build: ./nope\n",
        "compose.yaml:3:12: services.web.build: there is no directory './nope';"
        " paths are relative to the Compose file",
    ),
    "Dockerfile is not there": (
        "services:\n  web:\n    build: {context: ., dockerfile: Nope}\n",
        "compose.yaml:3:37: services.web.build.dockerfile: there is no file 'Nope' in '.';"
        " the Dockerfile's path is relative to the context",
    ),
    "unclosed quote": (
        web("command: sh -c 'echo"),
        "compose.yaml:4:14: services.web.command: a quote is not closed;"
        " close it, or write a list of words",
    ),
    "labels of ours": (
        web("labels: {longshore-project: x}"),
        "compose.yaml:4:14: services.web.labels.longshore-project: labels that start with"
        " longshore- are Longshore's own; rename it",
    ),
    "working directory": (
        web("working_dir: app"),
        "compose.yaml:4:18: services.web.working_dir: expected an absolute path in the container,"
        " not 'app'",
    ),
}


@pytest.mark.parametrize("case", COMPOSES)
def test_bad_compose_file(files, case: str) -> None:
    text, message = COMPOSES[case]
    assert files.complaints(GOOD, text) == [message]


def test_a_dependency_that_is_placed_elsewhere(files) -> None:
    compose = "services:\n  web: {image: a, depends_on: [db]}\n  db: {image: a}\n"
    assert files.complaints(f"{TWO}placement: {{db: us}}\n", compose) == [
        "compose.yaml:2:32: services.web.depends_on[0]: 'db' is not placed on target 'eu', where"
        " 'web' runs; place both on the same targets"
    ]


def test_the_same_port_on_different_targets_is_fine(files) -> None:
    compose = (
        "services:\n  web: {image: a, ports: ['80:80']}\n  api: {image: a, ports: ['80:81']}\n"
    )
    assert files.complaints(f"{TWO}placement: {{web: us, api: eu}}\n", compose) == []
