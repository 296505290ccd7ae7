"""What goes into a machine's image: packages, files, the script that finishes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

RECIPE = 1  # raise it when building changes in a way that the texts below do not show

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
    "cloud-init",
)
BAKED_PACKAGES = ("docker.io",)

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

FILES = {
    "/etc/cloud/cloud.cfg.d/99_longshore_sandbox.cfg": CLOUD_CONFIG,
    # The data source is known: no probing of disks and of the firmware's tables.
    "/etc/cloud/ds-identify.cfg": "policy: enabled\n",
    "/usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    "/etc/fstab": "",
}

INSTALL = """\
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y -o Dpkg::Options::=--force-confold install --no-install-recommends {packages}
"""

FINISH = """\
set -eu
systemctl mask {units} 2>&1 | tail -1
systemctl set-default multi-user.target 2>/dev/null
rm -f /usr/sbin/policy-rc.d /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
rm -rf /var/lib/cloud/* /var/log/cloud-init* /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
apt-get clean
"""

BAKE_FINISH = """\
set -eu
systemctl enable docker.service containerd.service 2>/dev/null
rm -f /usr/sbin/policy-rc.d
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
apt-get clean
"""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what an image holds. Two equal recipes share one image."""

    base: str
    """`debootstrap <codename> <mirror>` or the reference of a base image."""
    files: dict[str, str] = field(default_factory=dict)
    keyrings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name the image."""
        parts = [
            RECIPE,
            self.base,
            sorted(self.files.items()),
            self.keyrings,
            PACKAGES,
            BAKED_PACKAGES,
            MASKED_UNITS,
            sorted(FILES.items()),
            INSTALL,
            FINISH,
            BAKE_FINISH,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
