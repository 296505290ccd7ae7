"""Machines: find by token, create, wait until they run, change their tags, read their console."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER, died
from providers.aws.instances import LIVE_STATES, has_ended, to_machine
from providers.aws.run_request import run_request
from providers.aws.tags import check_owner, from_aws, owned_by, to_aws, where
from providers.contract.errors import (
    DeadlineError,
    InvalidRequestError,
    ThrottledError,
    TransientError,
)
from providers.contract.retry import RetryPolicy
from providers.contract.types import (
    TAG_ENVIRONMENT,
    TAG_PROJECT,
    TAG_TOKEN,
    CloudMachine,
    MachineRequest,
    Owner,
)
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import InstanceTypeDef

ATTEMPTS = 8
"""Of one call before its error stands, when the deadline leaves time for so many."""

START_PAUSE = 1.0
"""Seconds before the first look at a machine that is starting: it takes EC2 some ten, and each
look is a call of each machine's."""

BURIAL = 120.0
"""Seconds to see an instance that died in pending really terminated."""


def ensure_machine(calls: Calls, request: MachineRequest, *, deadline: float) -> CloudMachine:
    """Converge on one running machine with an address for `request.token`.

    A live machine with the token is adopted, else the request is sent as it stands. Calling
    twice, side by side or after a lost answer, gives one machine: EC2 itself holds on to the
    ClientToken. Raises DeadlineError when it does not run in time (the machine stays, with
    its tags, and the next call adopts it), TokenSpentError when the token's machine is gone,
    and CapacityError, QuotaError or another class when EC2 refuses or the machine dies while
    it starts; nothing of it is left then.
    """
    limit = Deadline.after(deadline)
    found = _find(calls, request.token, request.owner, policy=limit.policy(attempts=ATTEMPTS))
    if found is None:
        parameters = run_request(request)
        made = calls.repeatable(
            "RunInstances",
            "create",
            lambda: calls.clients.ec2.run_instances(**parameters),
            policy=limit.policy(attempts=ATTEMPTS),
        )
        found = made["Instances"][0]
        if has_ended(found):
            # Not what was asked for just now: the token was used before.
            raise died(*_bury(calls, found), before=True)
        return _wait(calls, found, request, limit, born=time.monotonic())
    return _wait(calls, found, request, limit, born=None)


def find_machine(calls: Calls, token: str, owner: Owner, region: str) -> CloudMachine | None:
    """The owner's live machine of that token."""
    found = _find(calls, token, owner)
    return None if found is None else to_machine(found, region)


def set_tags(calls: Calls, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
    """Set tags, and remove those whose value is None. Safe to call twice.

    Raises ForeignResourceError when the instance no longer carries the owner's tags that
    `machine` has, InvalidRequestError when it is gone.
    """
    owner = Owner(machine.tags.get(TAG_PROJECT, ""), machine.tags.get(TAG_ENVIRONMENT, ""))
    instance = _describe(calls, machine.id)
    check_owner(f"instance {machine.id}", from_aws(instance.get("Tags", [])), owner, "CreateTags")
    wanted = to_aws({key: value for key, value in tags.items() if value is not None})
    surplus = sorted(key for key, value in tags.items() if value is None)
    if wanted:
        calls.repeatable(
            "CreateTags",
            "create",
            lambda: calls.clients.ec2.create_tags(Resources=[machine.id], Tags=wanted),
        )
    if surplus:
        calls.repeatable(
            "DeleteTags",
            "delete",
            lambda: calls.clients.ec2.delete_tags(
                Resources=[machine.id], Tags=[{"Key": key} for key in surplus]
            ),
        )


def console_output(calls: Calls, machine: CloudMachine) -> str:
    """What the machine has printed so far; empty when EC2 has nothing yet."""

    def latest() -> str:
        answer = calls.clients.ec2.get_console_output(InstanceId=machine.id, Latest=True)
        return answer.get("Output", "")

    def last_boot() -> str:
        return calls.clients.ec2.get_console_output(InstanceId=machine.id).get("Output", "")

    try:
        return calls.read("GetConsoleOutput", latest)
    except InvalidRequestError as error:
        if error.code != "UnsupportedOperation":
            raise
        # Only Nitro instances give the latest output; others what the boot left behind.
        return calls.read("GetConsoleOutput", last_boot)


def _find(
    calls: Calls, token: str, owner: Owner, *, policy: RetryPolicy | None = None
) -> InstanceTypeDef | None:
    filters = [
        where(f"tag:{TAG_TOKEN}", token),
        *owned_by(owner),
        where("instance-state-name", *LIVE_STATES),
    ]

    def send() -> InstanceTypeDef | None:
        pages = calls.clients.ec2.get_paginator("describe_instances")
        for page in pages.paginate(Filters=filters):
            for reservation in page["Reservations"]:
                for instance in reservation.get("Instances", []):
                    return instance
        return None

    return calls.repeatable("DescribeInstances", "read", send, policy=policy)


def _describe(
    calls: Calls,
    id: str,
    *,
    born: float | None = None,
    policy: RetryPolicy | None = None,
) -> InstanceTypeDef:
    answer = calls.repeatable(
        "DescribeInstances",
        "poll",
        lambda: calls.clients.ec2.describe_instances(InstanceIds=[id]),
        born=born,
        policy=policy,
    )
    for reservation in answer["Reservations"]:
        for instance in reservation.get("Instances", []):
            return instance
    raise InvalidRequestError(
        f"instance {id} is gone",
        provider=PROVIDER,
        operation="DescribeInstances",
        code="InvalidInstanceID.NotFound",
    )


def _wait(
    calls: Calls,
    instance: InstanceTypeDef,
    request: MachineRequest,
    limit: Deadline,
    *,
    born: float | None,
) -> CloudMachine:
    """Poll until it runs and has a public address."""
    id = instance["InstanceId"]
    asked_to_start = False
    for poll, _ in enumerate(limit.polls(calls.pause, first=START_PAUSE)):
        if poll:
            try:
                instance = _describe(calls, id, born=born, policy=limit.policy())
            except (ThrottledError, TransientError):
                break  # this policy gives up at the deadline only
        machine = to_machine(instance, request.region)
        if machine.state == "running" and machine.address:
            return machine
        if has_ended(instance):
            raise died(*_bury(calls, instance))
        if machine.state == "stopped" and not asked_to_start:
            # Stopped by someone since: the machine is wanted, so it is started again.
            asked_to_start = True
            calls.repeatable(
                "StartInstances",
                "create",
                lambda: calls.clients.ec2.start_instances(InstanceIds=[id]),
                policy=limit.policy(attempts=ATTEMPTS),
            )
    state = instance["State"]["Name"]
    raise DeadlineError(
        f"instance {id} is {state}"
        + ("" if state != "running" else " without a public address")
        + " and the time to wait for it is over",
        provider=PROVIDER,
        operation="DescribeInstances",
        advice="run again to go on with this machine"
        + (
            "; if it never gets an address, the subnet may have no route to the internet"
            if state == "running"
            else ""
        ),
    )


def _bury(calls: Calls, instance: InstanceTypeDef) -> tuple[str, str]:
    """Why an instance died (code, message), once it is really terminated."""
    id = instance["InstanceId"]
    for poll, _ in enumerate(Deadline.after(BURIAL).polls(calls.pause)):
        if poll:
            instance = _describe(calls, id)
        if instance["State"]["Name"] == "terminated":
            break
    reason = instance.get("StateReason", {})
    message = reason.get("Message", "") or instance.get("StateTransitionReason", "")
    return reason.get("Code", ""), f"instance {id} died: {message}"
