"""Keys of the Compose Specification that Longshore does not honour, each with its reason.

https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json lists them
all; whatever is neither here nor in `compose_shape` is a typing mistake.
"""

from __future__ import annotations

_NETWORKS = "services of one machine share one network and find each other by name"
_PRIVILEGE = "containers run with the Engine's own set of privileges"
_KERNEL = "the machine's kernel settings are left to the Engine's defaults"
_DEVICES = "devices of the machine are not handed to containers"
_SWARM = "this belongs to Swarm, which is not used"
_LIMITS = "use deploy.resources.limits"
_LOGGING = "every container logs to the Engine's rotated local log"
_DEV = "this is for development on your own computer"
_TERMINAL = "no terminal is attached to a deployed container; use 'longshore exec'"
_BLKIO = "only CPU, memory and process counts are limited"
_DNS = "name resolution is left to the Engine"
_NAMES = "Longshore names containers, so that two releases can stand side by side"
_CGROUP = "the Engine's own control groups are used"
_BUILDER = "the build uses the builder's defaults"

SERVICE: dict[str, str] = {
    "annotations": "use labels",
    "attach": _DEV,
    "blkio_config": _BLKIO,
    "cap_add": _PRIVILEGE,
    "cap_drop": _PRIVILEGE,
    "cgroup": _CGROUP,
    "cgroup_parent": _CGROUP,
    "configs": "put the file into the image",
    "container_name": _NAMES,
    "cpu_count": _LIMITS,
    "cpu_percent": _LIMITS,
    "cpu_period": _LIMITS,
    "cpu_quota": _LIMITS,
    "cpu_rt_period": _LIMITS,
    "cpu_rt_runtime": _LIMITS,
    "cpu_shares": _LIMITS,
    "cpuset": _LIMITS,
    "credential_spec": "it is for Windows containers, and the machines run Linux",
    "develop": _DEV,
    "device_cgroup_rules": _DEVICES,
    "devices": _DEVICES,
    "dns": _DNS,
    "dns_opt": _DNS,
    "dns_search": _DNS,
    "domainname": _DNS,
    "expose": "it changes nothing, as services of one machine reach each other on every port",
    "extends": "write the service out, or share parts through YAML anchors",
    "external_links": _NETWORKS,
    "extra_hosts": _DNS,
    "gpus": _DEVICES,
    "group_add": "use 'user: name:group'",
    "hostname": _NAMES,
    "init": "use an image whose first process reaps its children",
    "ipc": _PRIVILEGE,
    "isolation": "it is for Windows containers, and the machines run Linux",
    "label_file": "write the labels under 'labels'",
    "links": _NETWORKS,
    "logging": _LOGGING,
    "mac_address": _NETWORKS,
    "mem_swappiness": _KERNEL,
    "memswap_limit": _KERNEL,
    "models": "AI models are not provisioned",
    "network_mode": _NETWORKS,
    "networks": _NETWORKS,
    "oom_kill_disable": _KERNEL,
    "oom_score_adj": _KERNEL,
    "pid": _PRIVILEGE,
    "platform": "the target's 'arch' decides; set it in the project file",
    "post_start": "start the work from the image's own entrypoint",
    "pre_start": "start the work from the image's own entrypoint",
    "pre_stop": "handle the stop signal in the image's own process",
    "privileged": _PRIVILEGE,
    "profiles": "list what to run under 'placement' in the project file",
    "provider": "only containers are run",
    "pull_policy": "an image is fetched exactly when the machine does not have it",
    "pull_refresh_after": "an image is fetched exactly when the machine does not have it",
    "read_only": "the root file system stays writable",
    "runtime": "the Engine's default runtime is used",
    "scale": "each service runs once on each machine; raise the target's 'count'",
    "secrets": "pass secrets through 'env_file' or the environment",
    "security_opt": _PRIVILEGE,
    "shm_size": _KERNEL,
    "stdin_open": _TERMINAL,
    "stop_grace_period": "the Engine's 10 seconds apply",
    "stop_signal": "set STOPSIGNAL in the Dockerfile",
    "storage_opt": _KERNEL,
    "sysctls": _KERNEL,
    "tmpfs": "write it under 'volumes' with 'type: tmpfs'",
    "tty": _TERMINAL,
    "ulimits": _KERNEL,
    "use_api_socket": "the Engine's socket is not handed to containers",
    "userns_mode": _PRIVILEGE,
    "uts": _PRIVILEGE,
    "volumes_from": "name the same volume in both services",
}

TOP_LEVEL: dict[str, str] = {
    "configs": "put the file into the image",
    "include": "write the services into this file",
    "models": "AI models are not provisioned",
    "networks": _NETWORKS,
    "secrets": "pass secrets through 'env_file' or the environment",
}

DEPLOY: dict[str, str] = {
    "endpoint_mode": _SWARM,
    "labels": "use the service's own 'labels'",
    "mode": _SWARM,
    "placement": "use 'placement' in the project file",
    "replicas": "each service runs once on each machine; raise the target's 'count'",
    "restart_policy": "use 'restart'",
    "rollback_config": _SWARM,
    "update_config": _SWARM,
}

LIMITS: dict[str, str] = {"devices": _DEVICES, "generic_resources": _SWARM}

RESERVATIONS: dict[str, str] = {
    "cpus": "the Engine cannot reserve CPUs; use limits",
    "devices": _DEVICES,
    "generic_resources": _SWARM,
    "pids": "the Engine cannot reserve processes; use limits",
}

BUILD: dict[str, str] = {
    "additional_contexts": "copy what is needed into the one context",
    "cache_from": _BUILDER,
    "cache_to": _BUILDER,
    "dockerfile_inline": "write it into a Dockerfile",
    "entitlements": _BUILDER,
    "extra_hosts": _BUILDER,
    "isolation": "it is for Windows containers, and the machines run Linux",
    "labels": "use LABEL in the Dockerfile",
    "network": _BUILDER,
    "no_cache": _BUILDER,
    "no_cache_filter": _BUILDER,
    "platforms": "the target's 'arch' decides; set it in the project file",
    "privileged": _BUILDER,
    "provenance": _BUILDER,
    "pull": _BUILDER,
    "sbom": _BUILDER,
    "secrets": "build secrets are not passed on",
    "shm_size": _BUILDER,
    "ssh": "your SSH agent is not handed to builds",
    "tags": "Longshore tags what it builds",
    "ulimits": _BUILDER,
}

HEALTHCHECK: dict[str, str] = {
    "start_interval": "older Engines do not know it; use 'interval' and 'start_period'",
}

VOLUME: dict[str, str] = {
    "driver_opts": "volumes are plain local ones",
    "external": "each environment has its own volumes; remove the key",
    "labels": "Longshore sets the labels of volumes",
    "name": "Longshore names volumes after project and environment",
}
