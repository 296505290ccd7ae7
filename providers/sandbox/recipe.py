"""What goes into a machine's image, layer by layer; see `image.py` for how they are built.

base file system  ->  common packages  ->  cloud-init or the guest agent  ->  Docker
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from providers.sandbox.systems import ENGINE_PACKAGES, Channel, Variant

RECIPE = 2  # raise it when building changes in a way that the texts below do not show

PACKAGES = (
    "systemd-sysv",
    "openssh-server",
    "sudo",
    "iproute2",
    "iptables",
    "ca-certificates",
    "udev",
    "dbus",
    "procps",
    "curl",
)

# Units that drive hardware, consoles or schedules that a container does not have. udev's
# trigger would replay the events of the outer machine's devices.
MASKED_UNITS = (
    "systemd-udev-trigger.service",
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-logind.service",
    "getty.target",
    "console-getty.service",
    "systemd-modules-load.service",
    "modprobe@.service",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "systemd-timesyncd.service",
    "systemd-random-seed.service",
    "systemd-hwdb-update.service",
    "systemd-remount-fs.service",
    "systemd-firstboot.service",
    "systemd-pstore.service",
    "systemd-sysctl.service",
    "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "systemd-networkd.service",
    "systemd-network-generator.service",
    "networking.service",
    "ifupdown-pre.service",
    "systemd-ask-password-console.path",
    "systemd-ask-password-wall.path",
    "systemd-boot-system-token.service",
    "systemd-machine-id-commit.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "cloud-init-hotplugd.socket",
    "systemd-networkd-wait-online.service",
)

# The module list without those that need disks, locales or a boot loader of their own: in a
# container they fail and `cloud-init status` would rightly say "error".
CLOUD_CONFIG = """\
datasource_list: [NoCloud, None]
datasource: {NoCloud: {fs_label: null}}
network: {config: disabled}
disable_root: true
ssh_genkeytypes: [ed25519, ecdsa]
ssh_pwauth: false
manage_etc_hosts: true
apt: {preserve_sources_list: true}
resize_rootfs: false
system_info:
  distro: debian
  default_user:
    name: admin
    lock_passwd: true
    gecos: Debian
    groups: [adm, sudo]
    sudo: ["ALL=(ALL) NOPASSWD:ALL"]
    shell: /bin/bash
cloud_init_modules:
  [bootcmd, write-files, ca-certs, set_hostname, update_hostname, update_etc_hosts,
   users-groups, ssh]
cloud_config_modules: [set-passwords, timezone, apt-configure, runcmd]
cloud_final_modules:
  [package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once,
   scripts-per-boot, scripts-per-instance, scripts-user, ssh-authkey-fingerprints,
   keys-to-console, final-message, power-state-change]
"""

# While packages are installed no service starts.
NO_SERVICES = {"/usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n"}
COMMON_FILES = {"/etc/fstab": ""}
CLOUD_INIT_FILES = {
    "/etc/cloud/cloud.cfg.d/99_longshore_sandbox.cfg": CLOUD_CONFIG,
    # The data source is known: no probing of disks and of the firmware's tables.
    "/etc/cloud/ds-identify.cfg": "policy: enabled\n",
}
UNITS = "/etc/systemd/system"
AGENT = "longshore-guest-agent"
# Which of the stand-in's own files goes where; the unit names are the sandbox's.
AGENT_FILES = {
    f"/usr/local/sbin/{AGENT}": "agent",
    f"{UNITS}/{AGENT}.service": "agent.service",
    f"{UNITS}/longshore-accounts.service": "accounts.service",
    f"{UNITS}/longshore-accounts.path": "accounts.path",
    f"{UNITS}/longshore-startup-script.service": "startup-script.service",
}
SUDOERS = {"/etc/sudoers.d/google_sudoers": "%google-sudoers ALL=(ALL:ALL) NOPASSWD:ALL\n"}

INSTALL = """\
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y -o Dpkg::Options::=--force-confold install --no-install-recommends {packages}
"""

TIDY = """\
set -eu
rm -f /usr/sbin/policy-rc.d /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
rm -rf /var/lib/cloud/* /var/log/cloud-init* /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
apt-get clean
"""

FINISH_COMMON = """\
set -eu
systemctl mask {units} 2>&1 | tail -1
systemctl set-default multi-user.target 2>/dev/null
"""

FINISH_GUEST_AGENT = f"""\
set -eu
groupadd --system google-sudoers
mkdir -p /var/lib/longshore-sandbox/metadata /var/lib/longshore-sandbox/guest-attributes
systemctl enable {AGENT}.service longshore-accounts.path longshore-startup-script.service \\
  2>/dev/null
"""

FINISH_BAKED = """\
set -eu
systemctl enable docker.service containerd.service 2>/dev/null
"""


@dataclass(frozen=True)
class Layer:
    """What one image adds to the one below it. Equal layers share an image."""

    name: str
    below: Layer | str
    """A layer, or a base as `Recipe.base` says it."""
    packages: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    keyrings: tuple[str, ...] = ()
    """Files of this computer that are there under the same path."""
    finish: str = ""

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over everything that decides what is in the image."""
        parts = [
            RECIPE,
            self.below if isinstance(self.below, str) else self.below.digest,
            self.packages,
            sorted(self.files.items()),
            self.keyrings,
            self.scripts,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    @property
    def scripts(self) -> tuple[str, ...]:
        """What is run to make it, in order."""
        install = INSTALL.format(packages=" ".join(self.packages)) if self.packages else ""
        return tuple(script for script in (install, self.finish, TIDY) if script)


@dataclass(frozen=True)
class Recipe:
    """What this computer brings to the images of one release."""

    base: str
    """`debootstrap <codename> <mirror>` or the reference of a base image."""
    files: Mapping[str, str] = field(default_factory=dict)
    keyrings: tuple[str, ...] = ()

    def layer(self, variant: Variant) -> Layer:
        """The uppermost layer of a variant, with those below it."""
        common = Layer(
            variant.system,
            self.base,
            packages=PACKAGES,
            files={**self.files, **COMMON_FILES, **NO_SERVICES},
            keyrings=self.keyrings,
            finish=FINISH_COMMON.format(units=" ".join(MASKED_UNITS)),
        )
        plain = _channel_layer(variant.channel, variant.channel_name, common)
        if not variant.baked:
            return plain
        return Layer(
            variant.channel_name,
            plain,
            packages=ENGINE_PACKAGES[variant.system],
            files=NO_SERVICES,
            finish=FINISH_BAKED,
        )


def _channel_layer(channel: Channel, name: str, below: Layer) -> Layer:
    if channel == "cloud-init":
        files = {**CLOUD_INIT_FILES, **NO_SERVICES}
        return Layer(name, below, packages=("cloud-init",), files=files)
    files = {**agent_files(), **SUDOERS}
    return Layer(name, below, files=files, finish=FINISH_GUEST_AGENT)


def agent_files() -> dict[str, str]:
    """The guest agent's stand-in: its path on the machine to its text."""
    folder = resources.files("providers.sandbox") / "guest_agent"
    return {path: (folder / name).read_text("utf-8") for path, name in AGENT_FILES.items()}
