"""Security groups rendered as packet filter rules."""

from __future__ import annotations

from providers.sandbox.firewall import Ingress, firewall_script, render_rules


def test_no_rules_let_nothing_in() -> None:
    assert render_rules(frozenset()) == (
        "*mangle\n"
        ":LONGSHORE-SG - [0:0]\n"
        "-A LONGSHORE-SG -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN\n"
        "-A LONGSHORE-SG -j DROP\n"
        "COMMIT\n"
    )


def test_each_kind_of_rule() -> None:
    rules = frozenset(
        {
            Ingress("tcp", 22, 22, "172.20.0.1/32"),
            Ingress("udp", 5000, 5010, "0.0.0.0/0"),
            Ingress("tcp", 0, 65535, "10.0.0.7/8"),
            Ingress("icmp", 0, 65535, "0.0.0.0/0"),
            Ingress("-1", 0, 65535, "172.20.0.9/32"),
            Ingress("50", 0, 65535, "172.20.0.9/32"),
        }
    )
    lines = render_rules(rules).splitlines()
    assert [line.removeprefix("-A LONGSHORE-SG ") for line in lines[3:-2]] == [
        "-s 172.20.0.9/32 -j RETURN",
        "-s 172.20.0.9/32 -p 50 -j RETURN",
        "-s 0.0.0.0/0 -p icmp -j RETURN",
        "-s 10.0.0.0/8 -p tcp -j RETURN",
        "-s 172.20.0.1/32 -p tcp --dport 22:22 -j RETURN",
        "-s 0.0.0.0/0 -p udp --dport 5000:5010 -j RETURN",
    ]
    assert lines[-2:] == ["-A LONGSHORE-SG -j DROP", "COMMIT"]


def test_script_adds_the_jump_once() -> None:
    last = firewall_script(frozenset()).splitlines()[-1]
    assert last == (
        "iptables -w 5 -t mangle -C PREROUTING -i eth0 -j LONGSHORE-SG 2>/dev/null || "
        "iptables -w 5 -t mangle -A PREROUTING -i eth0 -j LONGSHORE-SG"
    )
