"""What a region's diagnosis finds, by the answers on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from providers.aws.diagnose import Diagnosis
from providers.aws.model import EC2_OPERATIONS
from providers.aws.quota import family
from providers.contract.types import CHECKS, Finding, Need, Requirement
from tests.unit.aws.canned import Answer, Canned, described, ec2_error, instance

DRY = ec2_error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
NOT_ALLOWED = ec2_error("UnauthorizedOperation", "You are not authorized.", 403)
XMLNS = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
WHO: Answer = (
    200,
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn>"
    "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>",
)
NEED = Need(Requirement(None, None, "t3.small", "x86_64", "on-demand"), "debian-12", 3)


def _xml(action: str, inside: str) -> Answer:
    return 200, f"<{action}Response {XMLNS}><requestId>r</requestId>{inside}</{action}Response>"


TYPES = _xml(
    "DescribeInstanceTypes",
    "<instanceTypeSet><item><instanceType>t3.small</instanceType>"
    "<vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo>"
    "<memoryInfo><sizeInMiB>2048</sizeInMiB></memoryInfo>"
    "<processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures>"
    "</processorInfo></item></instanceTypeSet>",
)
OFFERINGS = _xml(
    "DescribeInstanceTypeOfferings",
    "<instanceTypeOfferingSet><item><instanceType>t3.small</instanceType>"
    "<location>us-east-1a</location></item></instanceTypeOfferingSet>",
)
IMAGES = _xml(
    "DescribeImages",
    "<imagesSet><item><imageId>ami-1</imageId><architecture>x86_64</architecture>"
    "<rootDeviceName>/dev/xvda</rootDeviceName></item></imagesSet>",
)
SUBNETS = _xml(
    "DescribeSubnets",
    "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>"
    "<availabilityZone>us-east-1a</availabilityZone></item></subnetSet>",
)


def _quota(value: float) -> Answer:
    return 200, f'{{"Quota": {{"QuotaCode": "L-1216C47A", "Value": {value}}}}}'


class Region(Canned):
    """An account that may do everything, unless told otherwise."""

    def __init__(self, *, dry: dict[str, Answer] | None = None, **answers: list[Answer]) -> None:
        self.dry = dry or {}
        every: dict[str, list[Answer]] = {
            "GetCallerIdentity": [WHO],
            "GetParameter": [(200, '{"Parameter": {"Value": "ami-1"}}')],
            "DescribeImages": [IMAGES],
            "DescribeInstanceTypes": [TYPES],
            "DescribeInstanceTypeOfferings": [OFFERINGS],
            "DescribeSubnets": [SUBNETS],
            "DescribeInstances": [described()],
            "GetServiceQuota": [_quota(32.0)],
            **{
                action: [_xml(action, "")]
                for action in (
                    "DescribeVolumes",
                    "DescribeNetworkInterfaces",
                    "DescribeSecurityGroups",
                    "DescribeKeyPairs",
                    "DescribeAddresses",
                )
            },
        }
        super().__init__(**{**every, **answers})
        self.calls.clients.quotas.meta.events.register_first("before-send.*", self._answer)  # type: ignore[attr-defined]

    def answer_for(self, parameters: dict[str, str]) -> Answer:
        if parameters.get("DryRun") == "true":
            return self.dry.get(parameters["Action"], DRY)
        return super().answer_for(parameters)

    def diagnose(self, need: Need = NEED) -> dict[tuple[str, str], Finding]:
        found = Diagnosis(self.calls, "us-east-1", need).run()
        assert {finding.check for finding in found} <= set(CHECKS)
        assert all(finding.advice for finding in found if finding.verdict in ("failed", "warning"))
        return {(finding.check, finding.subject): finding for finding in found}

    def one(self, check: str, need: Need = NEED) -> Finding:
        (found,) = [f for (name, _), f in self.diagnose(need).items() if name == check]
        return found


def test_an_account_that_may_do_everything_is_well() -> None:
    region = Region()
    region.headers["date"] = format_datetime(datetime.now(UTC), usegmt=True)
    found = region.diagnose()
    permissions = {subject for check, subject in found if check == "permission"}
    assert permissions == {f"ec2:{operation}" for operation in EC2_OPERATIONS}
    assert {finding.verdict for finding in found.values()} == {"ok"}
    assert "arn:aws:iam::123456789012:user/ada" in found["credentials", "sts"].message


def test_nothing_is_sent_that_changes_anything_but_as_a_dry_run() -> None:
    region = Region()
    region.diagnose()
    for parameters in region.sent:
        reads = parameters["Action"].startswith(("Describe", "Get"))
        assert reads or parameters["DryRun"] == "true", parameters


def test_the_launch_that_is_tried_is_the_one_that_would_be_made() -> None:
    region = Region()
    region.diagnose()
    (run,) = [sent for sent in region.sent if sent["Action"] == "RunInstances"]
    assert run["ImageId"] == "ami-1"
    assert run["InstanceType"] == "t3.small"
    assert run["NetworkInterface.1.SubnetId"] == "subnet-1"
    assert run["MetadataOptions.HttpTokens"] == "required"
    assert "longshore-project" in run.values()


def test_a_missing_permission_is_named_with_what_to_grant() -> None:
    region = Region(dry={"RunInstances": NOT_ALLOWED})
    found = region.diagnose()["permission", "ec2:RunInstances"]
    assert (found.verdict, found.message) == ("failed", "not allowed")
    assert "ec2:RunInstances and ec2:CreateTags" in found.advice


def test_a_refusal_for_an_id_of_nothing_is_no_proof() -> None:
    region = Region(dry={"TerminateInstances": NOT_ALLOWED})
    found = region.diagnose()["permission", "ec2:TerminateInstances"]
    assert found.verdict == "warning"
    assert "ec2:TerminateInstances" in found.advice


def test_a_refusal_for_a_machine_of_ours_is() -> None:
    ours = described(instance("running", id="i-0aaaaaaaaaaaaaaaa"))
    region = Region(dry={"TerminateInstances": NOT_ALLOWED}, DescribeInstances=[ours])
    assert region.diagnose()["permission", "ec2:TerminateInstances"].verdict == "failed"
    (tried,) = [sent for sent in region.sent if sent["Action"] == "TerminateInstances"]
    assert tried["InstanceId.1"] == "i-0aaaaaaaaaaaaaaaa"


def test_another_answer_to_a_dry_run_proves_nothing() -> None:
    strange = ec2_error("InvalidVolume.NotFound", "The volume does not exist.", 400)
    found = Region(dry={"DeleteVolume": strange}).diagnose()["permission", "ec2:DeleteVolume"]
    assert found.verdict == "unknown"
    assert "InvalidVolume.NotFound" in found.message


def test_no_change_is_tried_where_dry_runs_are_not_understood() -> None:
    region = Region(dry={"DescribeSubnets": SUBNETS})
    (found,) = [f for (check, _), f in region.diagnose().items() if check == "permission"]
    assert found.verdict == "unknown"
    assert all(sent["Action"].startswith(("Describe", "Get")) for sent in region.sent)


def test_without_credentials_there_is_nothing_more_to_ask() -> None:
    bad: Answer = (
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>"
        "<Message>The security token is invalid.</Message></Error></ErrorResponse>",
    )
    region = Region(GetCallerIdentity=[bad])
    assert {check for check, _ in region.diagnose()} == {"credentials", "clock"}
    assert region.one("credentials").verdict == "failed"
    assert "InvalidClientTokenId" in region.one("credentials").message


@pytest.mark.parametrize(
    ("ahead", "verdict"), [(0, "ok"), (-200, "warning"), (1000, "failed"), (-1000, "failed")]
)
def test_the_clock_is_read_off_the_answer(ahead: int, verdict: str) -> None:
    region = Region()
    told = datetime.now(UTC) - timedelta(seconds=ahead)
    region.headers["date"] = format_datetime(told, usegmt=True)
    assert region.one("clock").verdict == verdict


def test_a_refused_signature_still_tells_the_time() -> None:
    refused: Answer = (
        403,
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
        "<Message>Signature expired.</Message></Error></ErrorResponse>",
    )
    region = Region(GetCallerIdentity=[refused])
    told = datetime.now(UTC) - timedelta(hours=1)
    region.headers["date"] = format_datetime(told, usegmt=True)
    found = region.one("clock")
    assert found.verdict == "failed"
    assert "ahead of AWS" in found.message


def test_a_quota_that_is_too_small_is_refused() -> None:
    found = Region(GetServiceQuota=[_quota(5.0)]).one("quota")
    assert (found.verdict, found.message) == ("failed", "0 in use and 6 wanted of 5 (L-1216C47A)")


def test_what_runs_already_may_be_what_is_wanted() -> None:
    running = described(instance("running"), instance("running"))
    found = Region(GetServiceQuota=[_quota(8.0)], DescribeInstances=[running]).one("quota")
    assert (found.verdict, found.message) == ("warning", "4 in use and 6 wanted of 8 (L-1216C47A)")


def test_a_quota_that_may_not_be_read_is_unknown() -> None:
    refused: Answer = (400, '{"__type": "AccessDeniedException", "message": "not authorized"}')
    found = Region(GetServiceQuota=[refused]).one("quota")
    assert found.verdict == "unknown"
    assert "servicequotas:GetServiceQuota" in found.advice


def test_a_type_that_is_not_offered_is_refused_and_not_launched() -> None:
    elsewhere = Need(NEED.requirement, NEED.os, 1, zone="us-east-1z")
    found = Region().diagnose(elsewhere)
    assert found["size", "t3.small"].verdict == "failed"
    assert found["network", "the default VPC's subnets"].verdict == "failed"
    assert found["permission", "ec2:RunInstances"].verdict == "unknown"


def test_an_unknown_system_is_refused_with_the_known_ones() -> None:
    found = Region().one("image", Need(NEED.requirement, "plan9", 1))
    assert found.verdict == "failed"
    assert "debian-12" in found.advice


@pytest.mark.parametrize(
    ("type", "market", "counted"),
    [
        ("t3.small", "on-demand", "standard"),
        ("im4gn.large", "on-demand", "standard"),
        ("m7i.large", "spot", "standard-spot"),
        ("g6.xlarge", "on-demand", "g"),
        ("vt1.3xlarge", "spot", "g-spot"),
        ("p5.48xlarge", "on-demand", "p"),
        ("inf2.xlarge", "on-demand", "inf"),
        ("u-6tb1.metal", "on-demand", "high-memory"),
        ("hpc7a.96xlarge", "on-demand", "hpc"),
    ],
)
def test_a_type_belongs_to_what_a_quota_counts_together(
    type: str, market: str, counted: str
) -> None:
    assert family(type, market) == counted
