"""A container that is a machine: systemd, sshd and cloud-init (see sandbox-machine.md)."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from providers.sandbox.capabilities import bounding_set
from providers.sandbox.errors import SandboxError
from providers.sandbox.home import PRIVATE_FOLDER
from providers.sandbox.labels import INSTANCE, SANDBOX
from providers.sandbox.network import network_name

if TYPE_CHECKING:
    import docker

# Docker mounts the control groups (one file system in version 2, one a controller in version 1)
# read-only; systemd and the machine's own Engine write there.
INIT = """\
while read -r _ place kind _; do
  case $kind in cgroup | cgroup2) mount -o remount,bind,rw "$place" ;; esac
done < /proc/mounts
exec /sbin/init
"""
SEED_IN_MACHINE = "/var/lib/cloud/seed/nocloud"
ENGINE_FOLDERS = ("/var/lib/docker", "/var/lib/containerd")
STOP_DEADLINE = 20  # seconds an orderly shutdown may take before the machine is cut off
CONSOLE_LINES = 2000
TMPFS = {"/run": "exec,mode=755", "/run/lock": "", "/tmp": "exec,mode=1777"}  # noqa: S108


@dataclass(frozen=True)
class Seed:
    """What cloud-init reads: NoCloud's meta-data and the user data as the API received it."""

    hostname: str
    public_key: str
    """The key pair's public half for the default user; empty for none."""
    user_data: bytes

    def meta_data(self, instance: str) -> str:
        """The meta-data document (YAML)."""
        lines = [f"instance-id: {instance}", f"local-hostname: {self.hostname}"]
        if self.public_key:
            lines.append(f'public-keys: ["{self.public_key.strip()}"]')
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Machine:
    """One machine of one sandbox. The container's name follows from both ids."""

    sandbox: str
    instance: str

    @property
    def container(self) -> str:
        """The container's name."""
        return f"longshore-sandbox-{self.sandbox}-{self.instance}"

    @property
    def volumes(self) -> tuple[str, ...]:
        """Names of the volumes that hold the machine's own Docker Engine."""
        return tuple(f"{self.container}-{Path(path).name}" for path in ENGINE_FOLDERS)


def write_seed(folder: Path, instance: str, seed: Seed) -> None:
    """Write the NoCloud seed into `folder`, readable by its owner only."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    (folder / "meta-data").write_text(seed.meta_data(instance))
    (folder / "user-data").write_bytes(seed.user_data)


def start_machine(
    client: docker.APIClient,
    machine: Machine,
    *,
    image: str,
    address: str,
    hostname: str,
    seed: Path,
    resolv_conf: Path,
) -> None:
    """Create and start the container. Raises SandboxError when Docker refuses."""
    import docker.errors
    from docker.types import EndpointConfig, NetworkingConfig

    labels = {SANDBOX: machine.sandbox, INSTANCE: machine.instance}
    endpoint = EndpointConfig(client.api_version, ipv4_address=address)
    # The stubs take this for one endpoint; it is a mapping of networks to endpoints.
    networking = NetworkingConfig(cast("Any", {network_name(machine.sandbox): endpoint}))
    try:
        client.create_container(
            image,
            command=["/bin/sh", "-c", INIT],
            name=machine.container,
            hostname=hostname,
            labels=labels,
            tty=True,
            stop_signal="SIGRTMIN+3",
            environment={"container": "docker"},
            host_config=_host_config(client, machine, labels, seed, resolv_conf),
            networking_config=networking,
        )
        client.start(machine.container)
    except docker.errors.APIError as error:
        raise SandboxError(f"Docker cannot start machine {machine.instance}: {error}") from error


def _host_config(
    client: docker.APIClient,
    machine: Machine,
    labels: dict[str, str],
    seed: Path,
    resolv_conf: Path,
) -> dict[str, Any]:
    from docker.types import LogConfig, Mount

    mounts = [Mount(SEED_IN_MACHINE, str(seed), type="bind", read_only=True)]
    if resolv_conf.exists():
        mounts.append(Mount("/etc/resolv.conf", str(resolv_conf), type="bind", read_only=True))
    mounts += [
        Mount(path, volume, type="volume", labels=labels)
        for path, volume in zip(ENGINE_FOLDERS, machine.volumes, strict=True)
    ]
    config: dict[str, Any] = client.create_host_config(
        mounts=mounts,
        tmpfs=TMPFS,
        cap_add=list(bounding_set()),
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        device_cgroup_rules=["a *:* rwm"],
        network_mode=network_name(machine.sandbox),
        log_config=LogConfig(type="json-file", config={"max-size": "4m", "max-file": "1"}),
    )
    # With the host's namespace, control groups of the machine's own containers would outlive it.
    config["CgroupnsMode"] = "private"
    # What the command line makes of `--security-opt systempaths=unconfined`.
    config["MaskedPaths"] = []
    config["ReadonlyPaths"] = []
    return config


def stop_machine(client: docker.APIClient, machine: Machine) -> None:
    """Shut the machine down in order, or cut it off after STOP_DEADLINE."""
    client.stop(machine.container, timeout=STOP_DEADLINE)


def restart_machine(client: docker.APIClient, machine: Machine) -> None:
    """Shut down and boot again; the address stays."""
    client.restart(machine.container, timeout=STOP_DEADLINE)


def boot_again(client: docker.APIClient, machine: Machine) -> None:
    """Start a stopped machine."""
    client.start(machine.container)


def is_up(client: docker.APIClient, machine: Machine) -> bool:
    """Whether the container runs."""
    return bool(client.inspect_container(machine.container)["State"]["Running"])


def console_output(client: docker.APIClient, machine: Machine) -> bytes:
    """The last lines of the console; empty when there is no such machine."""
    import docker.errors

    try:
        return bytes(client.logs(machine.container, tail=CONSOLE_LINES))
    except docker.errors.APIError:
        return b""


def remove_machine(client: docker.APIClient, machine: Machine, seeds: Path) -> None:
    """Remove the container, its volumes and its seed; calling twice is safe."""
    import docker.errors

    with contextlib.suppress(docker.errors.NotFound):
        client.remove_container(machine.container, force=True, v=True)
    for volume in machine.volumes:
        with contextlib.suppress(docker.errors.NotFound):
            client.remove_volume(volume, force=True)
    shutil.rmtree(seeds / machine.instance, ignore_errors=True)


def machines_of(client: docker.APIClient, sandbox: str) -> tuple[Machine, ...]:
    """Every machine of a sandbox that exists in Docker, whatever its state."""
    found = client.containers(all=True, filters={"label": f"{SANDBOX}={sandbox}"})
    return tuple(Machine(sandbox, container["Labels"].get(INSTANCE, "")) for container in found)
