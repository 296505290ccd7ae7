"""Quotas of a region: how much there is, how much is used, and what a new machine needs."""

from __future__ import annotations

from collections.abc import Mapping

from providers.sandbox.gce.call import part, parts, text
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.errors import OperationError, quota_exceeded
from providers.sandbox.gce.geography import region_of
from providers.sandbox.gce.links import last_part
from providers.sandbox.gce.machine_types import TYPES
from providers.sandbox.rest.message import Json

LIMITS = {
    "CPUS": 200.0,
    "N2_CPUS": 200.0,
    "N2D_CPUS": 200.0,
    "C3_CPUS": 200.0,
    "T2A_CPUS": 100.0,
    # Without a limit of their own, Spot machines count as the others do.
    "PREEMPTIBLE_CPUS": 0.0,
    "DISKS_TOTAL_GB": 40960.0,
    "SSD_TOTAL_GB": 8192.0,
    "IN_USE_ADDRESSES": 100.0,
    "STATIC_ADDRESSES": 20.0,
    "INSTANCES": 2000.0,
}
PROJECT_LIMITS = {
    "CPUS_ALL_REGIONS": 500.0,
    "FIREWALLS": 500.0,
    "NETWORKS": 50.0,
    "SUBNETWORKS": 275.0,
}
STOPPED = ("STOPPING", "TERMINATED", "SUSPENDING", "SUSPENDED")


class Quotas:
    """Reads what is used from what there is; under the API's lock."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def limit(self, region: str, metric: str) -> float:
        """How much of it there may be in a region."""
        return self._cloud.settings.limits.get(f"{region}/{metric}", LIMITS[metric])

    def usage(self, project: str, region: str) -> dict[str, float]:
        """Every metric of a region."""
        used = dict.fromkeys(LIMITS, 0.0)
        for scope, instance in self._cloud.store.everywhere(project, "instances"):
            if region_of(scope) == region:
                used["INSTANCES"] += 1
                if instance["status"] not in STOPPED:
                    _add(used, self.needs(region, instance))
        for scope, disk in self._cloud.store.everywhere(project, "disks"):
            if region_of(scope) == region:
                fast = last_part(text(disk, "type")) in ("pd-ssd", "pd-balanced")
                metric = "SSD_TOTAL_GB" if fast else "DISKS_TOTAL_GB"
                used[metric] += float(text(disk, "sizeGb"))
        for scope, _ in self._cloud.store.everywhere(project, "addresses"):
            used["STATIC_ADDRESSES"] += region_of(scope) == region
        return used

    def needs(self, region: str, instance: Mapping[str, Json]) -> dict[str, float]:
        """What a running instance uses, by metric."""
        kind = TYPES[last_part(text(instance, "machineType"))]
        spot = part(instance, "scheduling").get("provisioningModel") == "SPOT"
        own = spot and self.limit(region, "PREEMPTIBLE_CPUS") > 0
        needs = {"PREEMPTIBLE_CPUS" if own else kind.metric: float(kind.cpus)}
        public = [nic for nic in parts(instance, "networkInterfaces") if "accessConfigs" in nic]
        needs["IN_USE_ADDRESSES"] = float(len(public))
        return needs

    def exceeded(
        self, project: str, region: str, instance: Mapping[str, Json]
    ) -> OperationError | None:
        """The error that making this instance ends in, if the region has not enough left."""
        used = self.usage(project, region)
        for metric, amount in self.needs(region, instance).items():
            limit = self.limit(region, metric)
            if used[metric] + amount > limit:
                return quota_exceeded(metric, limit, region)
        return None

    def of_region(self, project: str, region: str) -> list[Json]:
        """As in the Region resource."""
        return [
            {"metric": metric, "limit": self.limit(region, metric), "usage": usage}
            for metric, usage in self.usage(project, region).items()
        ]

    def of_project(self, project: str) -> list[Json]:
        """As in the Project resource."""
        store = self._cloud.store
        used = {
            "CPUS_ALL_REGIONS": sum(
                TYPES[last_part(text(instance, "machineType"))].cpus
                for _, instance in store.everywhere(project, "instances")
                if instance["status"] not in STOPPED
            ),
            "FIREWALLS": len(list(store.everywhere(project, "firewalls"))),
            "NETWORKS": len(list(store.everywhere(project, "networks"))),
            "SUBNETWORKS": len(list(store.everywhere(project, "subnetworks"))),
        }
        return [
            {"metric": metric, "limit": limit, "usage": float(used[metric])}
            for metric, limit in PROJECT_LIMITS.items()
        ]


def _add(used: dict[str, float], more: Mapping[str, float]) -> None:
    for metric, amount in more.items():
        used[metric] += amount
