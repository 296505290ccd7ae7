"""The resolved project as plain data and as YAML, secrets masked.

The text is written in the two files' own vocabulary, so what is read here can be written
there.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from orchestrator.spec.hosts import Host, Jump
from orchestrator.spec.model import (
    Build,
    EnvVar,
    Healthcheck,
    Mount,
    Port,
    Probe,
    Project,
    Resources,
    Restart,
    Service,
    Size,
    Target,
)
from orchestrator.spec.units import GIB, MIB
from providers.contract.types import ProviderSettings

MASK = "***"
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def resolved_document(project: Project, masked: bool = True) -> dict[str, Plain]:
    """The project as mappings, lists, text and numbers, ready for JSON. Unless `masked` is
    False, secret variables are masked and secret values in any other text as well."""
    document: dict[str, Plain] = {
        "name": project.name,
        "environment": project.environment,
        "file": str(project.file),
        "compose": str(project.compose_file),
        "targets": {target.name: _target(target) for target in project.targets},
        "placement": {name: list(targets) for name, targets in project.placement.items()},
        "health": {probe.service: _probe(probe) for probe in project.probes},
        "ssh": _without_none(
            key=str(project.ssh.key) if project.ssh.key else None,
            agent=project.ssh.agent,
            ssh_from=project.ssh.ssh_from
            if isinstance(project.ssh.ssh_from, str)
            else list(project.ssh.ssh_from),
        ),
        "providers": {settings.name: _provider(settings) for settings in project.providers},
        "deliver": project.deliver,
        "services": {service.name: _service(service, masked) for service in project.services},
        "volumes": list(project.volumes),
    }
    if project.between is not None:
        document["between"] = [str(opening) for opening in project.between]
    if not masked:
        return document
    secrets = sorted(project.secrets, key=len, reverse=True)
    return {key: _mask(value, secrets) for key, value in document.items()}


def render_resolved(project: Project, reveal: bool = False) -> str:
    """The project as YAML, for people. Secrets show as *** unless `reveal`."""
    import yaml

    document = resolved_document(project, masked=not reveal)
    return yaml.safe_dump(
        _shown(document), sort_keys=False, allow_unicode=True, default_flow_style=False, width=100
    )


def _shown(document: dict[str, Plain]) -> dict[str, Plain]:
    # An empty `between` says something: names without ports.
    return {
        key: value
        for key, value in document.items()
        if value not in (None, {}, []) or key == "between"
    }


def _mask(value: Plain, secrets: Iterable[str]) -> Plain:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, list):
        return [_mask(item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: _mask(item, secrets) for key, item in value.items()}
    return value


def _without_none(**values: Plain) -> dict[str, Plain]:
    return {key: value for key, value in values.items() if value is not None}


def _target(target: Target) -> Plain:
    if target.hosts:
        hosts: list[Plain] = [_host(host) for host in target.hosts]
        return {
            "provider": target.provider,
            "hosts": hosts,
            **_without_none(os=target.hosts[0].os, arch=target.hosts[0].arch),
        }
    return _without_none(
        **_places(target),
        zone=target.zone,
        subnet=target.subnet,
        count=target.count,
        size=_size(target.size),
        os=target.os,
        arch=target.arch,
        disk=target.disk,
        market=target.market,
    )


def _host(host: Host) -> Plain:
    return _without_none(name=host.name or None, **_way(host), jump=_jump(host.jump))


def _jump(jump: Jump | None) -> Plain:
    return _way(jump) if jump else None


def _way(server: Host | Jump) -> dict[str, Plain]:
    return _without_none(
        address=server.address,
        port=server.port,
        user=server.user,
        key=str(server.key) if server.key else None,
        agent=server.agent or None,
        host_key=server.host_key or None,
    )


def _places(target: Target) -> dict[str, Plain]:
    """As short as they can be written."""
    providers = [place.provider for place in target.places]
    if not target.elsewhere:
        return {"provider": target.provider, "region": target.region}
    several = len(set(providers)) > 1
    regions: list[Plain] = [place.region for place in target.places]
    return {"provider": [*providers] if several else target.provider, "region": regions}


def _size(size: Size) -> Plain:
    if size.type is not None:
        return size.type
    return _without_none(cpu=size.cpu, memory=_memory(size.memory))


def _memory(size: int | None) -> Plain:
    if size is None:
        return None
    return f"{size // GIB}GiB" if size % GIB == 0 else f"{Decimal(size) / MIB:f}MiB"


def _probe(probe: Probe) -> Plain:
    if probe.kind == "tcp":
        return {"tcp": probe.port, "timeout": _duration(probe.timeout)}
    return {"http": probe.path, "port": probe.port, "timeout": _duration(probe.timeout)}


def _provider(settings: ProviderSettings) -> Plain:
    return _without_none(
        endpoint=settings.endpoint,
        ca=settings.ca,
        echo_url=settings.echo_url,
        profile=settings.profile,
        project=settings.project,
        subscription=settings.subscription,
        group=settings.group,
        options=dict(settings.options) or None,
    )


def _service(service: Service, masked: bool) -> Plain:
    return _without_none(
        image=service.image,
        build=_build(service.build, masked) if service.build else None,
        command=_words(service.command),
        entrypoint=_words(service.entrypoint),
        environment=_variables(service.environment, masked),
        ports=[_port(port) for port in service.ports] or None,
        volumes=[_mount(mount) for mount in service.mounts] or None,
        restart=_restart(service.restart),
        healthcheck=_healthcheck(service.healthcheck) if service.healthcheck else None,
        depends_on={d.service: {"condition": d.condition} for d in service.depends_on} or None,
        labels=dict(service.labels) or None,
        user=service.user,
        working_dir=service.working_dir,
        deploy=_resources(service.resources),
    )


def _build(build: Build, masked: bool) -> Plain:
    return _without_none(
        context=str(build.context),
        dockerfile=build.dockerfile,
        args=_variables(build.args, masked),
        target=build.target,
    )


def _words(words: tuple[str, ...] | None) -> Plain:
    return None if words is None else list(words)


def _variables(variables: tuple[EnvVar, ...], masked: bool) -> Plain:
    shown: dict[str, Plain] = {
        variable.name: MASK if variable.secret and masked else variable.value
        for variable in variables
    }
    return shown or None


def _port(port: Port) -> Plain:
    return _without_none(
        target=port.container,
        published=port.published,
        protocol=port.protocol,
        host_ip=port.host_ip,
    )


def _mount(mount: Mount) -> Plain:
    return _without_none(
        type=mount.kind,
        source=mount.source,
        target=mount.target,
        read_only=mount.read_only or None,
    )


def _restart(restart: Restart) -> Plain:
    return f"{restart.policy}:{restart.attempts}" if restart.attempts else restart.policy


def _healthcheck(check: Healthcheck) -> Plain:
    if check.disabled:
        return {"disable": True}
    return _without_none(
        test=list(check.test) or None,
        interval=_duration(check.interval),
        timeout=_duration(check.timeout),
        start_period=_duration(check.start_period),
        retries=check.retries,
    )


def _duration(seconds: float) -> str:
    return f"{Decimal(str(seconds)).normalize():f}s"


def _resources(resources: Resources) -> Plain:
    limits = _without_none(
        cpus=None if resources.cpus is None else f"{resources.cpus:f}",
        memory=resources.memory,
        pids=resources.pids,
    )
    parts: dict[str, Plain] = {"limits": limits} if limits else {}
    if resources.memory_reservation is not None:
        parts["reservations"] = {"memory": resources.memory_reservation}
    return {"resources": parts} if parts else None
