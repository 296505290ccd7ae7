"""A container that is a machine: systemd, sshd and cloud-init (see sandbox-machine.md)."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from providers.sandbox.capabilities import bounding_set
from providers.sandbox.errors import SandboxError
from providers.sandbox.guest import ATTRIBUTES_IN_MACHINE, METADATA_IN_MACHINE, GuestFolder
from providers.sandbox.home import PRIVATE_FOLDER, Home
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
    """What a machine is told when it boots. cloud-init reads NoCloud's meta-data and the user
    data as the API received it; the guest agent reads `metadata`, and has nothing of the rest."""

    hostname: str
    public_key: str
    """The key pair's public half for the default user; empty for none."""
    user_data: bytes
    metadata: Mapping[str, str] | None = None
    """Items for the guest agent of an image without cloud-init; None for all other machines."""
    vendor_data: bytes = b""
    """What the cloud itself tells cloud-init, beneath the user data; empty for nothing."""

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


def write_seed(home: Home, instance: str, seed: Seed) -> None:
    """Write what the machine reads, readable by its owner only."""
    if seed.metadata is not None:
        GuestFolder(home.guests / instance).make(seed.metadata)
        return
    folder = home.seeds / instance
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    (folder / "meta-data").write_text(seed.meta_data(instance))
    (folder / "user-data").write_bytes(seed.user_data)
    if seed.vendor_data:
        (folder / "vendor-data").write_bytes(seed.vendor_data)


def start_machine(
    client: docker.APIClient,
    machine: Machine,
    *,
    image: str,
    address: str,
    seed: Seed,
    home: Home,
) -> None:
    """Create and start the container, whose seed is written. Raises SandboxError when Docker
    refuses."""
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
            hostname=seed.hostname,
            labels=labels,
            tty=True,
            stop_signal="SIGRTMIN+3",
            environment={"container": "docker"},
            host_config=_host_config(client, machine, labels, seed, home),
            networking_config=networking,
        )
        client.start(machine.container)
    except docker.errors.APIError as error:
        raise SandboxError(f"Docker cannot start machine {machine.instance}: {error}") from error


def _host_config(
    client: docker.APIClient,
    machine: Machine,
    labels: dict[str, str],
    seed: Seed,
    home: Home,
) -> dict[str, Any]:
    from docker.types import LogConfig, Mount

    def show(path: str, here: Path, *, read_only: bool = True) -> None:
        mounts.append(Mount(path, str(here), type="bind", read_only=read_only))

    mounts: list[Mount] = []
    if seed.metadata is None:
        show(SEED_IN_MACHINE, home.seeds / machine.instance)
    else:
        guest = GuestFolder(home.guests / machine.instance)
        show(METADATA_IN_MACHINE, guest.metadata)
        show(ATTRIBUTES_IN_MACHINE, guest.guest_attributes, read_only=False)
    if home.resolv_conf.exists():
        show("/etc/resolv.conf", home.resolv_conf)
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


def remove_machine(client: docker.APIClient, machine: Machine, home: Home) -> None:
    """Remove the container, its volumes and what it was told; calling twice is safe."""
    import docker.errors

    with contextlib.suppress(docker.errors.NotFound):
        client.remove_container(machine.container, force=True, v=True)
    for volume in machine.volumes:
        with contextlib.suppress(docker.errors.NotFound):
            client.remove_volume(volume, force=True)
    shutil.rmtree(home.seeds / machine.instance, ignore_errors=True)
    GuestFolder(home.guests / machine.instance).remove()


def machines_of(client: docker.APIClient, sandbox: str) -> tuple[Machine, ...]:
    """Every machine of a sandbox that exists in Docker, whatever its state."""
    found = client.containers(all=True, filters={"label": f"{SANDBOX}={sandbox}"})
    return tuple(Machine(sandbox, container["Labels"].get(INSTANCE, "")) for container in found)
