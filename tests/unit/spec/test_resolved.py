"""The resolved project, as text and as data."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from orchestrator.spec import load_project
from orchestrator.spec.resolved import render_resolved, resolved_document

PROJECT = """
name: shop
targets:
  us: {provider: aws, region: us-east-1, count: 2, size: {cpu: 2, memory: 3840MiB}, spot: true}
  eu: {provider: aws, region: eu-west-1, size: t3.small}
placement: {db: us, web: us}
health: {web: {http: /up, port: 80, timeout: 90s}}
ssh: {ssh_from: [10.0.0.0/8]}
deliver: direct
"""
COMPOSE = """
services:
  web:
    image: nginx:1.27
    command: [nginx, -g, "daemon off;"]
    ports: ["80:8080", "127.0.0.1:53:53/udp"]
    volumes: ["data:/data:ro", "/etc/ssl:/ssl"]
    restart: on-failure:3
    healthcheck: {test: curl localhost, interval: 1m30s, timeout: 500ms}
    depends_on: [db]
    labels: {team: shop}
    user: "1000"
    working_dir: /srv
    mem_limit: 1g
    cpus: 0.50
    environment: {MODE: fast}
  db: {image: "postgres:17", healthcheck: {disable: true}}
volumes: {data: }
"""


def test_the_document(files, tmp_path: Path) -> None:
    document = resolved_document(files.load(PROJECT, COMPOSE))
    assert document == {
        "name": "shop",
        "environment": "production",
        "file": str(tmp_path / "longshore.yaml"),
        "compose": str(tmp_path / "compose.yaml"),
        "targets": {
            "us": {
                "provider": "aws",
                "region": "us-east-1",
                "count": 2,
                "size": {"cpu": 2, "memory": "3840MiB"},
                "os": "debian-12",
                "arch": "x86_64",
                "disk": 20,
                "market": "spot",
            },
            "eu": {
                "provider": "aws",
                "region": "eu-west-1",
                "count": 1,
                "size": "t3.small",
                "os": "debian-12",
                "arch": "x86_64",
                "disk": 20,
                "market": "on-demand",
            },
        },
        "placement": {"web": ["us"], "db": ["us"]},
        "health": {"web": {"http": "/up", "port": 80, "timeout": "90s"}},
        "ssh": {"agent": False, "ssh_from": ["10.0.0.0/8"]},
        "providers": {"aws": {}},
        "deliver": "direct",
        "services": {
            "db": {"image": "postgres:17", "restart": "no", "healthcheck": {"disable": True}},
            "web": {
                "image": "nginx:1.27",
                "command": ["nginx", "-g", "daemon off;"],
                "environment": {"MODE": "fast"},
                "ports": [
                    {"target": 8080, "published": 80, "protocol": "tcp"},
                    {"target": 53, "published": 53, "protocol": "udp", "host_ip": "127.0.0.1"},
                ],
                "volumes": [
                    {"type": "volume", "source": "data", "target": "/data", "read_only": True},
                    {"type": "bind", "source": "/etc/ssl", "target": "/ssl"},
                ],
                "restart": "on-failure:3",
                "healthcheck": {
                    "test": ["CMD-SHELL", "curl localhost"],
                    "interval": "90s",
                    "timeout": "0.5s",
                    "start_period": "0s",
                    "retries": 3,
                },
                "depends_on": {"db": {"condition": "service_started"}},
                "labels": {"team": "shop"},
                "user": "1000",
                "working_dir": "/srv",
                "deploy": {"resources": {"limits": {"cpus": "0.50", "memory": 1073741824}}},
            },
        },
        "volumes": ["data"],
    }
    assert json.loads(json.dumps(document)) == document


def test_the_text_says_the_same_and_leaves_out_what_is_empty(files) -> None:
    project = files.load(PROJECT, COMPOSE)
    assert yaml.safe_load(render_resolved(project)) == resolved_document(project)
    plain = yaml.safe_load(render_resolved(files.load()))
    assert not {"health", "deliver", "volumes"} & set(plain)


def test_what_is_written_can_be_read_again(files) -> None:
    """The services and targets of the resolved text, written as the two files, give the same."""
    project = files.load(PROJECT, COMPOSE)
    document = resolved_document(project)
    keys = ("name", "targets", "placement", "health", "ssh", "deliver")
    again = files.load(
        yaml.safe_dump({key: document[key] for key in keys}, sort_keys=False),
        yaml.safe_dump(
            {"services": document["services"], "volumes": {"data": None}}, sort_keys=False
        ),
    )
    assert again == project


def test_the_example_is_right() -> None:
    example = Path(__file__).parents[3] / "examples" / "hello" / "longshore.yaml"
    project = load_project(example, environment=None, environ={})
    assert (project.name, project.environment) == ("hello", "production")
    (target,) = project.targets
    assert (target.name, target.provider, target.region, target.count) == (
        "us",
        "aws",
        "us-east-1",
        2,
    )
    (web,) = project.services
    assert web.build is not None
    assert [(port.published, port.container) for port in web.ports] == [(80, 8080)]
