"""Ports that pass from one service to another, with a failure on the way and without."""

from __future__ import annotations

from tests.rehearsal import Rehearsal, page

SERVICE = """\
  {name}:
    image: {image}
    build: .
    ports: ["{port}:8080"]
    restart: unless-stopped
    entrypoint: ["/busybox", "sh", "-c", "mkdir -p /own; echo {name} > /own/index.html; {run}"]
"""
SERVES = "exec /busybox httpd -f -p 8080 -h /own"
FAILS = "exit 3"


def services(rehearsal: Rehearsal, run: str = SERVES, **ports: int) -> str:
    """A Compose file in which each service answers with its own name on its port."""
    image = f"longshore-test/{rehearsal.name}"
    return "services:\n" + "".join(
        SERVICE.format(name=name, image=f"{image}-{name}", port=port, run=run)
        for name, port in ports.items()
    )


def running(rehearsal: Rehearsal) -> list[str]:
    (instance,) = rehearsal.instances()
    names = rehearsal.on_machine(
        instance["InstanceId"], "docker", "ps", "-a", "--format", "{{.Names}} {{.State}}"
    )
    prefix = f"{rehearsal.name}-production-"
    return sorted(line.removeprefix(prefix) for line in names.splitlines())


def test_a_service_is_renamed_and_its_port_goes_along(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(compose=services(rehearsal, web=8080))
    (url,) = [event["url"] for event in rehearsal.up().check().of("url-ready")]

    rehearsal.write_app(compose=services(rehearsal, run=FAILS, site=8080))
    assert rehearsal.up().code == 1
    assert page(url) == "web\n"
    assert running(rehearsal) == ["site-failed exited", "web running"]

    rehearsal.write_app(compose=services(rehearsal, site=8080))
    ran = rehearsal.up().check()
    assert page(url) == "site\n"
    assert running(rehearsal) == ["site running", "site-failed exited"]
    assert [(e["service"], e["url"]) for e in ran.of("url-ready")] == [("site", url)]


def test_two_services_swap_their_ports(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(compose=services(rehearsal, a=8080, b=8081))
    ran = rehearsal.up().check()
    urls = {event["service"]: event["url"] for event in ran.of("url-ready")}

    rehearsal.write_app(compose=services(rehearsal, a=8081, b=8080))
    rehearsal.up().check()

    assert (page(urls["a"]), page(urls["b"])) == ("b\n", "a\n")
    assert running(rehearsal) == ["a running", "b running"]
    assert rehearsal.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_what_a_kill_left_beside_the_new_container_is_planned_away(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(compose=services(rehearsal, web=8080))
    rehearsal.up().check()
    (instance,) = rehearsal.instances()
    # As a run leaves it that is killed right before it removes the old container.
    name = f"{rehearsal.name}-production-web"
    labels = rehearsal.on_machine(
        instance["InstanceId"],
        "docker",
        "inspect",
        "--format",
        "{{range $k, $v := .Config.Labels}}--label={{$k}}={{$v}} {{end}}{{.Image}}",
        name,
    )
    rehearsal.on_machine(
        instance["InstanceId"], "docker", "create", f"--name={name}-previous", *labels.split()
    )

    plan = rehearsal.run("plan", "--exit-code", "--output", "json")

    assert plan.code == 3
    (planned,) = plan.of("plan-ready")
    (change,) = [c for c in planned["changes"] if c["action"] != "none"]
    assert f"{name}-previous" in change["detail"]
    rehearsal.up().check()
    assert running(rehearsal) == ["web running"]
    assert rehearsal.run("plan", "--exit-code", "--output", "json").code == 0
