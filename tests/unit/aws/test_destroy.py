"""What is called for a removal, and how long it takes part in it."""

from __future__ import annotations

import pytest

from providers.aws.destroy import Removal
from providers.contract.errors import DeadlineError, InvalidRequestError
from providers.contract.types import Owner, Resource, ResourceKind
from providers.contract.waiting import Deadline
from tests.unit.aws.canned import Canned, described, done, ec2_error, instance

OWNER = Owner("shop", "production")
ID = "i-0123456789abcdef0"
TAGS = (
    "<tagSet>"
    + "".join(
        f"<item><key>{key}</key><value>{value}</value></item>" for key, value in OWNER.tags.items()
    )
    + "</tagSet>"
)
GROUP = (
    200,
    "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-1</groupId>"
    f"{TAGS}</item></securityGroupInfo></DescribeSecurityGroupsResponse>",
)


def ours(state: str) -> str:
    return instance(state).replace("</item>", f"{TAGS}</item>")


def remove(canned: Canned, kind: ResourceKind, id: str, deadline: float = 60) -> list[str]:
    resource = Resource(kind, id, "name", "aws", "us-east-1", "us", OWNER.tags)
    Removal(canned.calls, resource, OWNER, Deadline.after(deadline)).run()
    return canned.actions


def test_a_machine_is_waited_for_until_it_is_terminated() -> None:
    canned = Canned(
        DescribeInstances=[
            described(ours("running")),
            described(ours("shutting-down")),
            described(ours("shutting-down")),
            described(ours("terminated")),
        ],
        TerminateInstances=[done("TerminateInstances")],
    )
    assert remove(canned, "machine", ID) == [
        "DescribeInstances",
        "TerminateInstances",
        *["DescribeInstances"] * 3,
    ]


def test_a_machine_on_its_way_out_is_only_waited_for() -> None:
    canned = Canned(
        DescribeInstances=[described(ours("shutting-down")), described(ours("terminated"))]
    )
    assert remove(canned, "machine", ID) == ["DescribeInstances"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        described(instance("terminated")),
        described(),
        ec2_error("InvalidInstanceID.NotFound", "The instance ID does not exist", 400),
    ],
    ids=["terminated", "no longer listed", "not found"],
)
def test_a_machine_that_is_gone_takes_one_look(answer: tuple[int, str]) -> None:
    canned = Canned(DescribeInstances=[answer])
    assert remove(canned, "machine", ID) == ["DescribeInstances"]


def test_a_machine_that_stays_is_named_at_the_deadline() -> None:
    canned = Canned(
        DescribeInstances=[described(ours("running"))],
        TerminateInstances=[done("TerminateInstances")],
    )
    with pytest.raises(DeadlineError, match=ID):
        remove(canned, "machine", ID, deadline=0.2)


def test_termination_protection_is_said_at_once() -> None:
    refusal = ec2_error("OperationNotPermitted", "It may not be terminated.", 400)
    canned = Canned(DescribeInstances=[described(ours("running"))], TerminateInstances=[refusal])
    with pytest.raises(InvalidRequestError) as caught:
        remove(canned, "machine", ID)
    assert "protection" in caught.value.advice
    assert canned.retries == []


def test_a_firewall_is_gone_with_the_call() -> None:
    canned = Canned(
        DescribeSecurityGroups=[GROUP], DeleteSecurityGroup=[done("DeleteSecurityGroup")]
    )
    assert remove(canned, "firewall", "sg-1") == ["DescribeSecurityGroups", "DeleteSecurityGroup"]


def test_a_firewall_that_went_in_between_is_fine() -> None:
    canned = Canned(
        DescribeSecurityGroups=[GROUP],
        DeleteSecurityGroup=[ec2_error("InvalidGroup.NotFound", "Does not exist.", 400)],
    )
    remove(canned, "firewall", "sg-1")


def test_a_kind_that_ec2_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        remove(Canned(), "group", "rg-1")
