"""Whoever made the adapter ends its waits: between two polls, and between two tries."""

from __future__ import annotations

import pytest

from providers.aws import create
from providers.aws.destroy import Removal
from providers.aws.machines import ensure_machine
from providers.contract.retry import ignore_retry
from providers.contract.types import Owner, ProviderSettings, Resource
from providers.contract.waiting import Deadline
from tests.unit.aws.canned import Canned, described, done, ec2_error, instance, ran
from tests.unit.aws.requests import machine_request

THROTTLED = ec2_error("RequestLimitExceeded", "Request limit exceeded.", 503)


class Stopped(Exception):
    """What the caller's pause raises; nothing that the adapter knows."""


class Stopping(Canned):
    """Calls whose second pause is ended by the caller."""

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        if len(self.pauses) == 2:
            raise Stopped


def test_a_machine_that_boots_is_not_waited_for_after_a_stop() -> None:
    canned = Stopping(
        DescribeInstances=[described(), described(instance("pending"))],
        RunInstances=[ran(instance("pending"))],
    )
    with pytest.raises(Stopped):
        ensure_machine(canned.calls, machine_request(), deadline=600)
    assert canned.actions == ["DescribeInstances", "RunInstances", "DescribeInstances"]


def test_a_throttled_create_is_not_tried_again_after_a_stop() -> None:
    canned = Stopping(DescribeInstances=[described()], RunInstances=[THROTTLED])
    with pytest.raises(Stopped):
        ensure_machine(canned.calls, machine_request(), deadline=600)
    assert canned.actions == ["DescribeInstances", "RunInstances", "RunInstances"]


def test_a_removal_is_not_waited_for_after_a_stop() -> None:
    owner = Owner("shop", "production")
    tags = "".join(
        f"<item><key>{key}</key><value>{value}</value></item>" for key, value in owner.tags.items()
    )
    ours = instance("running").replace("</item>", f"<tagSet>{tags}</tagSet></item>")
    canned = Stopping(
        DescribeInstances=[described(ours)], TerminateInstances=[done("TerminateInstances")]
    )
    resource = Resource("machine", "i-0", "us-1", "aws", "us-east-1", "us", owner.tags)
    with pytest.raises(Stopped):
        Removal(canned.calls, resource, owner, Deadline.after(600)).run()


def test_the_adapter_pauses_as_it_was_told() -> None:
    pauses: list[float] = []

    def stop(seconds: float) -> None:
        pauses.append(seconds)
        raise Stopped

    settings = ProviderSettings("aws", endpoint="http://127.0.0.1:9", echo_url="http://127.0.0.1:9")
    provider = create(settings, "us-east-1", ignore_retry, pause=stop)
    with pytest.raises(Stopped):
        provider.preflight()
    with pytest.raises(Stopped):
        provider.deployer_address()
    assert len(pauses) == 2
