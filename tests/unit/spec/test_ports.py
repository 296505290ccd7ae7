"""Ports in every form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.spec.model import Port, Service
from orchestrator.spec.ports import collide


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        ("80", [Port(80, None)]),
        ('"80"', [Port(80, None)]),
        ('"8080:80"', [Port(80, 8080)]),
        ("8080:80", [Port(80, 8080)]),
        ('"8080:80/udp"', [Port(80, 8080, "udp")]),
        ('"8080:80/TCP"', [Port(80, 8080)]),
        ('"53/udp"', [Port(53, None, "udp")]),
        ('"127.0.0.1:8080:80"', [Port(80, 8080, "tcp", "127.0.0.1")]),
        ('"127.0.0.1::80"', [Port(80, None, "tcp", "127.0.0.1")]),
        ('"127.0.0.1:53:53/udp"', [Port(53, 53, "udp", "127.0.0.1")]),
        ('"[::1]:8080:80"', [Port(80, 8080, "tcp", "::1")]),
        ('"3000-3002"', [Port(3000, None), Port(3001, None), Port(3002, None)]),
        ('"9090-9091:80-81"', [Port(80, 9090), Port(81, 9091)]),
        (
            '"127.0.0.1:5000-5001:6000-6001/udp"',
            [Port(6000, 5000, "udp", "127.0.0.1"), Port(6001, 5001, "udp", "127.0.0.1")],
        ),
        ("{target: 80}", [Port(80, None)]),
        ("{target: 80, published: 8080}", [Port(80, 8080)]),
        ('{target: "80", published: "8080", mode: host, name: web}', [Port(80, 8080)]),
        (
            "{target: 53, published: 53, protocol: udp, host_ip: 127.0.0.1}",
            [Port(53, 53, "udp", "127.0.0.1")],
        ),
    ],
)
def test_forms(service: Callable[..., Service], written: str, ports: list[Port]) -> None:
    assert list(service(f"ports:\n  - {written}").ports) == ports


@pytest.mark.parametrize(
    ("port", "public"),
    [
        (Port(80, 8080), True),
        (Port(80, None), False),
        (Port(80, 8080, "tcp", "0.0.0.0"), True),
        (Port(80, 8080, "tcp", "::"), True),
        (Port(80, 8080, "tcp", "10.0.0.4"), True),
        (Port(80, 8080, "tcp", "127.0.0.1"), False),
        (Port(80, 8080, "tcp", "127.9.9.9"), False),
        (Port(80, 8080, "tcp", "::1"), False),
        (Port(80, 8080, "tcp", "127.1"), True),
    ],
    ids=str,
)
def test_a_port_on_loopback_is_for_the_machine_itself(port: Port, public: bool) -> None:
    assert port.public is public


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('"0:80"', "expected a port from 1 to 65535, not 0"),
        ('"80:65536"', "expected a port from 1 to 65535, not 65536"),
        ("0", "expected a port from 1 to 65535, not 0"),
        (
            '"web"',
            "expected a port such as 80, 8080:80 or 127.0.0.1:8080:80/udp, not 'web'",
        ),
        (
            '"80:"',
            "expected a port such as 80, 8080:80 or 127.0.0.1:8080:80/udp, not '80:'",
        ),
        (
            "80.5",
            "expected a port such as 80, 8080:80 or 127.0.0.1:8080:80/udp, not 80.5",
        ),
        (
            "[80]",
            "expected a port such as 80, 8080:80 or 127.0.0.1:8080:80/udp, not a list",
        ),
        ('"80:80/icmp"', "expected tcp or udp behind the '/', not 'icmp'"),
        ('"1.2.3:80:80"', "'1.2.3' is no IP address"),
        ('"256.0.0.1:80:80"', "'256.0.0.1' is no IP address"),
        ('"90-80:90-80"', "the range 90-80 runs backwards; write 80-90"),
        (
            '"8000-8002:80"',
            "3 published ports for 1 of the container; give both sides equally many ports",
        ),
        ("{published: 80}", "'target' is missing; add for example target: 80"),
    ],
)
def test_mistakes(files, written: str, message: str) -> None:
    compose = f"services:\n  web:\n    image: nginx\n    ports:\n      - {written}\n"
    assert files.complaints(compose=compose) == [
        f"compose.yaml:5:9: services.web.ports[0]: {message}"
    ]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("target: 0", "target: expected a port from 1 to 65535, not 0"),
        ("target: 80, published: 8000-8001", "published: expected a port such as 8080, not"),
        ("target: 80, protocol: sctp", "protocol: expected one of tcp, udp, not 'sctp'"),
        ("target: 80, mode: ingress", "mode: expected one of host, not 'ingress'"),
        ("target: 80, app_protocol: http", "app_protocol: not supported by this version: "),
        ("target: 80, publish: 80", "publish: unknown key; did you mean 'published'?"),
    ],
)
def test_mistakes_in_the_long_form(files, key: str, message: str) -> None:
    compose = f"services:\n  web:\n    image: nginx\n    ports:\n      - {{{key}}}\n"
    (complaint,) = files.complaints(compose=compose)
    assert f"services.web.ports[0].{message}" in complaint


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (Port(80, 80), Port(81, 80), True),
        (Port(80, 80), Port(80, 81), False),
        (Port(80, None), Port(80, None), False),
        (Port(80, 80), Port(80, 80, "udp"), False),
        (Port(80, 80, "tcp", "127.0.0.1"), Port(80, 80), True),
        (Port(80, 80, "tcp", "0.0.0.0"), Port(80, 80, "tcp", "127.0.0.1"), True),
        (Port(80, 80, "tcp", "10.0.0.1"), Port(80, 80, "tcp", "10.0.0.2"), False),
    ],
)
def test_which_ports_collide(one: Port, other: Port, together: bool) -> None:
    assert collide(one, other) is together
    assert collide(other, one) is together
