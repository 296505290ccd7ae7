"""What is looked into before anything is made, and who we are."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from providers.azure.diagnose import diagnose
from providers.azure.identity import preflight, principal_of
from providers.azure.permission_check import Role
from providers.azure.permissions import OF_THE_SUBSCRIPTION, PERMISSIONS
from providers.azure.sizes import GIB, Sizes
from providers.contract.errors import AuthError
from providers.contract.types import CHECKS, Finding, Need, Requirement
from tests.unit.azure.canned import SUBSCRIPTION, Answer, Canned, arm_error
from tests.unit.azure.test_images import versions
from tests.unit.azure.test_offers import sku

NEED = Need(Requirement(2, 4 * GIB, None, "x86_64", "on-demand"), "debian-12", 3)
EVERYTHING = [{"actions": ["*"], "notActions": []}]


class Named:
    """A credential whose token shows a name."""

    def get_token(self, *_: str, **__: object) -> AccessToken:
        claims = urlsafe_b64encode(json.dumps({"upn": "me@example.com"}).encode()).rstrip(b"=")
        return AccessToken(f"x.{claims.decode()}.y", 4_000_000_000)


class Nobody:
    def get_token(self, *_: str, **__: object) -> AccessToken:
        raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token")


def usage(name: str, used: int, limit: int) -> dict[str, object]:
    return {
        "name": {"value": name, "localizedValue": name},
        "unit": "Count",
        "currentValue": used,
        "limit": limit,
    }


def well(**changes: Answer) -> dict[str, list[Answer]]:
    given = {
        "GET providers/": Answer(200, {"registrationState": "Registered"}),
        "GET Microsoft.Compute": Answer(200, {"registrationState": "Registered"}),
        "GET Microsoft.Network": Answer(200, {"registrationState": "Registered"}),
        "GET permissions": Answer(200, {"value": EVERYTHING}),
        "GET virtualMachines": Answer(200, {"value": []}),
        "GET skus": Answer(200, {"value": [sku()]}),
        "GET versions": versions("1"),
        "GET usages": Answer(
            200,
            {
                "value": [
                    usage("cores", 2, 10),
                    usage("standardBSFamily", 0, 10),
                    usage("StandardSkuPublicIpAddresses", 0, 10),
                ]
            },
        ),
        **changes,
    }
    return {key: [answer] for key, answer in given.items()}


def findings(answers: dict[str, list[Answer]], need: Need = NEED) -> list[Finding]:
    with Canned(answers) as canned:
        canned.calls.clients.__dict__["_credential"] = Named()
        found = diagnose(canned.calls, Sizes(canned.calls), need)
        changes = [one.key for one in canned.sent if not one.key.startswith("GET")]
    assert changes == []
    assert {one.check for one in found} <= set(CHECKS)
    return list(found)


def worse(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.check, one.subject, one.verdict) for one in found if one.verdict != "ok"]


def test_all_well() -> None:
    found = findings(well())
    assert worse(found) == []
    assert {one.check for one in found} == set(CHECKS)
    assert found[0].message == f"me@example.com (subscription {SUBSCRIPTION})"


def test_nobody_signed_in_is_all_there_is() -> None:
    with Canned(well()) as canned:
        canned.calls.clients.__dict__["_credential"] = Nobody()
        (found,) = diagnose(canned.calls, Sizes(canned.calls), NEED)
    assert (found.check, found.verdict) == ("credentials", "failed")
    assert "az account show" in found.advice


def test_a_missing_action_is_named() -> None:
    value = [{"actions": ["*"], "notActions": ["Microsoft.Compute/virtualMachines/*"]}]
    found = findings(well(**{"GET permissions": Answer(200, {"value": value})}))
    subjects = {subject for check, subject, _ in worse(found) if check == "permission"}
    assert "Microsoft.Compute/virtualMachines/write" in subjects
    assert "Microsoft.Compute/virtualMachines/start/action" in subjects
    assert "Microsoft.Compute/disks/read" not in subjects


def test_roles_that_azure_does_not_tell_are_unknown() -> None:
    refused = arm_error("AuthorizationFailed", "no", 403)
    found = findings(well(**{"GET permissions": refused}))
    assert ("permission", "all calls", "unknown") in worse(found)


def test_a_read_that_is_refused_all_the_same_is_told() -> None:
    denied = arm_error("AuthorizationFailed", "a deny assignment", 403)
    found = findings(well(**{"GET virtualMachines": denied}))
    assert worse(found) == [("permission", "reading the machines", "failed")]


def test_a_quota_too_small_fails_and_one_in_use_warns() -> None:
    value = [usage("cores", 8, 10), usage("standardBSFamily", 0, 4)]
    found = findings(well(**{"GET usages": Answer(200, {"value": value})}))
    assert worse(found) == [
        ("quota", "cores", "warning"),
        ("quota", "standardBSFamily", "failed"),
    ]


def test_a_clock_that_is_off_is_told() -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    with Canned(well()) as canned:
        canned.calls.clients.__dict__["_credential"] = Named()
        canned.date = late
        found = diagnose(canned.calls, Sizes(canned.calls), NEED)
    (clock,) = [one for one in found if one.check == "clock"]
    assert clock.verdict == "failed"
    assert "ahead of Azure" in clock.message


def test_an_unregistered_provider_an_image_and_a_size_that_are_not_there() -> None:
    found = findings(
        well(
            **{
                "GET Microsoft.Network": Answer(200, {"registrationState": "NotRegistered"}),
                "GET versions": versions(),
                "GET skus": Answer(200, {"value": [sku("Standard_B1s", 1, 1)]}),
            }
        )
    )
    assert worse(found) == [
        ("permission", "Microsoft.Network registered", "failed"),
        ("image", "debian-12 for x86_64", "failed"),
        ("size", "2 vCPU, 4 GiB, x86_64, on-demand", "failed"),
    ]


def test_an_image_with_terms_says_how_to_accept_them() -> None:
    need = Need(NEED.requirement, "rocky-9", 1)
    (image,) = [one for one in findings(well(), need) if one.check == "image"]
    assert image.verdict == "warning"
    assert "az vm image terms accept --urn resf:rockylinux-x86_64:9-base:1" in image.advice


def test_who_we_are_is_read_from_the_token() -> None:
    with Canned(well()) as canned:
        canned.calls.clients.__dict__["_credential"] = Named()
        who = preflight(canned.calls)
        assert (who.account, who.principal) == (SUBSCRIPTION, "me@example.com")
        canned.calls.clients.__dict__["_credential"] = Nobody()
        with pytest.raises(AuthError):
            preflight(canned.calls)


def test_a_token_without_a_name_has_none() -> None:
    assert principal_of({}) == ""
    assert principal_of({"oid": "1", "appid": "2"}) == "2"


def test_a_named_group_is_asked_for_its_own_roles() -> None:
    answers = {**well(), "GET resourcegroups/": [Answer(200, {})]}
    with Canned(answers, group="team") as canned:
        canned.calls.clients.__dict__["_credential"] = Named()
        found = diagnose(canned.calls, Sizes(canned.calls), NEED)
    asked = [one.path for one in canned.sent if one.key == "GET permissions"]
    assert sorted("/resourceGroups/team/" in path for path in asked) == [False, True]
    assert "Microsoft.Resources/subscriptions/resourceGroups/write" not in {
        one.subject for one in found
    }


@pytest.mark.parametrize(
    ("actions", "not_actions", "allowed"),
    [
        (("*",), (), True),
        (("Microsoft.Compute/*",), (), True),
        (("*/read",), (), False),
        (("microsoft.compute/virtualmachines/WRITE",), (), True),
        (("*",), ("Microsoft.Compute/*/write",), False),
    ],
)
def test_patterns_of_a_role(
    actions: tuple[str, ...], not_actions: tuple[str, ...], allowed: bool
) -> None:
    assert Role(actions, not_actions).allows("Microsoft.Compute/virtualMachines/write") == allowed


def test_the_operations_of_the_subscription_are_in_the_table() -> None:
    assert set(PERMISSIONS) >= OF_THE_SUBSCRIPTION
