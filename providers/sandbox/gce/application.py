"""Compute Engine as a web application."""

from __future__ import annotations

from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue
from providers.sandbox.gce import batch
from providers.sandbox.gce.cloud import Cloud, Settings
from providers.sandbox.gce.dialect import Gce
from providers.sandbox.gce.router import ROOT
from providers.sandbox.hosts import Hosts
from providers.sandbox.http import Application
from providers.sandbox.rest.application import RestApplication
from providers.sandbox.rest.recorder import Recorder


def build_gce(
    hosts: Hosts,
    log: ExchangeLog,
    faults: FaultQueue,
    recorder: Recorder,
    settings: Settings | None = None,
) -> dict[str, Application]:
    """The API with machines from `hosts`, by the paths it lies under. `settings` may be changed
    while it runs."""
    cloud = Cloud(hosts, settings)
    api = RestApplication(Gce(cloud), cloud.changed, log, faults, recorder)
    return {ROOT: api, batch.PATH: batch.Batch(api)}
