"""Keys of the Compose Specification that are refused, each with a reason of its own."""

from __future__ import annotations

import pytest

from orchestrator.spec import refusals
from orchestrator.spec.compose_shape import COMPOSE, SERVICE
from orchestrator.spec.healthchecks import HEALTHCHECK
from orchestrator.spec.limits import DEPLOY
from orchestrator.spec.project_shape import ENVIRONMENT, PROJECT, TARGET
from orchestrator.spec.shape import Keys

SPECIFICATION = [
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
]


@pytest.mark.parametrize("key", SPECIFICATION)
def test_every_key_of_the_specification_is_honoured_or_refused(key: str) -> None:
    assert (key in SERVICE.known) != (key in SERVICE.refused)


@pytest.mark.parametrize("key", sorted(refusals.SERVICE))
def test_a_refused_key_says_why(files, key: str) -> None:
    compose = f"services:\n  web:\n    image: nginx\n    {key}: x\n"
    assert files.complaints(compose=compose) == [
        f"compose.yaml:4:5: services.web.{key}: not supported by this version:"
        f" {refusals.SERVICE[key]}"
    ]


@pytest.mark.parametrize(
    "keys", [COMPOSE, SERVICE, DEPLOY, HEALTHCHECK, PROJECT, ENVIRONMENT, TARGET]
)
def test_no_key_is_both_known_and_refused(keys: Keys) -> None:
    assert not set(keys.known) & set(keys.refused)
    assert all(keys.refused.values())
    assert all(key.doc for key in keys.known.values())
