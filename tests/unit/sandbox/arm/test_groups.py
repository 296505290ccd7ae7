"""Resource groups, lists of resources, tags, and what every request needs."""

from __future__ import annotations

import pytest

from tests.arm_api import Api


def test_a_group_is_made_changed_and_removed(api: Api) -> None:
    made = api.group("East US", tags={"a": "b"})
    assert (made["location"], made["tags"]) == ("eastus", {"a": "b"})
    assert api.call("HEAD", f"{api.home}/resourcegroups/G").status == 204
    again = api.group(tags={"c": "d"})
    assert again["tags"] == {"c": "d"}
    assert api.refused("PUT", f"{api.home}/resourceGroups/g", {"location": "westus2"}) == (
        409,
        "InvalidResourceGroupLocation",
    )
    api.ask("PATCH", f"{api.home}/resourceGroups/g", {"tags": {}})
    assert "tags" not in api.ask("GET", f"{api.home}/resourceGroups/g")
    api.do("DELETE", f"{api.home}/resourceGroups/g")
    assert api.call("HEAD", f"{api.home}/resourceGroups/g").status == 404
    assert api.refused("GET", f"{api.home}/resourceGroups/g") == (404, "ResourceGroupNotFound")
    assert api.refused("DELETE", f"{api.home}/resourceGroups/g")[0] == 404


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("g", {"location": "mars"}, "LocationNotAvailableForResourceGroup"),
        ("g", {}, "LocationRequired"),
        ("g.", {"location": "eastus"}, "InvalidParameter"),
        ("g", {"location": "eastus", "tag": {}}, "InvalidRequestContent"),
        ("g", {"location": "eastus", "tags": {"a": 1}}, "InvalidRequestContent"),
        ("g", {"location": "eastus", "tags": {"a/b": "c"}}, "InvalidTagNameCharacters"),
        ("g", {"location": "eastus", "tags": {"a": "x" * 257}}, "InvalidTagValueLength"),
        ("g", {"location": "eastus", "tags": {"a": "x", "A": "y"}}, "DuplicateTagNames"),
        ("g", {"location": "eastus", "id": "/x"}, "InvalidRequestContent"),
    ],
)
def test_what_no_group_can_be(api: Api, name: str, body: dict[str, object], code: str) -> None:
    assert api.refused("PUT", f"{api.home}/resourceGroups/{name}", body) == (400, code)


def test_a_group_goes_with_everything_in_it_and_takes_nothing_new(made: Api) -> None:
    made.machine()
    made.hosts.held = True
    answer = made.call("DELETE", f"{made.home}/resourceGroups/g")
    assert (answer.status, set(answer.headers)) == (202, {"Location", "Retry-After"})
    made.wait(60)
    shown = made.ask("GET", f"{made.home}/resourceGroups/g")
    assert shown["properties"]["provisioningState"] == "Deleting"
    path = "Microsoft.Network/publicIPAddresses/late"
    assert made.refused("PUT", path, {"location": "eastus"}) == (409, "ResourceGroupBeingDeleted")
    again = made.call("DELETE", f"{made.home}/resourceGroups/g")
    assert again.headers["Location"] == answer.headers["Location"]
    made.hosts.go_on()
    made.finish(answer.headers["Location"])
    assert made.ask("GET", f"{made.home}/resources")["value"] == []
    assert made.hosts.machines == {}
    assert made.hosts.pool._taken == set()


def test_resources_are_listed_by_filter_and_page(made: Api) -> None:
    for name in ("one", "two", "three"):
        made.address(name, tags={"app": "shop"} if name != "two" else {"app": "other"})
    made.network()
    everything = made.ask("GET", f"{made.home}/resources?$top=3&$expand=provisioningState")
    assert len(everything["value"]) == 3
    assert everything["value"][0]["provisioningState"] == "Succeeded"
    rest = made.ask("GET", everything["nextLink"].removeprefix("https://here"))
    assert [one["name"] for one in rest["value"]] == ["v"]
    assert "nextLink" not in rest
    by_tag = made.ask(
        "GET", f"{made.home}/resources?$filter=tagName eq 'APP' and tagValue eq 'shop'"
    )
    assert [one["name"] for one in by_tag["value"]] == ["one", "three"]
    # As the SDK's documentation warns: what a filter by tag finds comes without its tags.
    assert not any("tags" in one for one in by_tag["value"])
    kind = "Microsoft.Network/virtualNetworks"
    by_type = made.ask("GET", f"{made.home}/resources?$filter=resourceType eq '{kind}'")
    assert [one["type"] for one in by_type["value"]] == [kind]
    some = made.ask("GET", f"{made.home}/resources?$filter=substringof('t', name)")
    assert [one["name"] for one in some["value"]] == ["two", "three"]
    for wrong in (
        "tagName eq 'a' and resourceType eq 'b'",
        "colour eq 'red'",
        "name like 'x'",
        "name eq 'a' and",
    ):
        assert made.refused("GET", f"{made.home}/resources?$filter={wrong}") == (
            400,
            "InvalidFilterInQueryString",
        )


def test_lists_lag_behind_where_a_test_asks_for_it(made: Api) -> None:
    made.settings.take({"lag": 3600})
    made.address()
    assert made.names() == []
    assert made.ask("GET", "Microsoft.Network/publicIPAddresses")["value"] == []
    assert made.ask("GET", "Microsoft.Network/publicIPAddresses/ip")["name"] == "ip"


def test_tags_at_every_scope(made: Api) -> None:
    made.network()
    network = "/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    for scope in ("", "/resourceGroups/g", network):
        path = f"{made.home}{scope}/providers/Microsoft.Resources/tags/default"
        made.ask("PUT", path, {"properties": {"tags": {"a": "b", "c": "d"}}})
        merged = {"operation": "Merge", "properties": {"tags": {"a": "x"}}}
        assert made.ask("PATCH", path, merged)["properties"]["tags"] == {"a": "x", "c": "d"}
        less = {"operation": "Delete", "properties": {"tags": {"c": "d"}}}
        assert made.ask("PATCH", path, less)["properties"]["tags"] == {"a": "x"}
        assert made.ask("GET", path)["properties"]["tags"] == {"a": "x"}
        assert made.ask("GET", f"{made.home}{scope}").get("tags") == {"a": "x"}
        made.ask("DELETE", path)
        assert made.ask("GET", path)["properties"]["tags"] == {}


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("{home}/resourceGroups?api-version=-", (400, "MissingApiVersionParameter")),
        ("{home}/resourceGroups?api-version=2099-01-01", (400, "InvalidApiVersionParameter")),
        (
            "Microsoft.Compute/virtualMachines/m?api-version=2099-01-01",
            (400, "NoRegisteredProviderFound"),
        ),
        ("/subscriptions/x/resourceGroups", (400, "InvalidSubscriptionId")),
        (
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups",
            (404, "SubscriptionNotFound"),
        ),
        ("Microsoft.Compute/machines/m", (404, "InvalidResourceType")),
        ("Contoso.Compute/machines/m", (404, "InvalidResourceNamespace")),
        ("Microsoft.Compute/virtualMachines/m", (404, "ResourceNotFound")),
        ("{home}/nothing", (404, "NotFound")),
    ],
)
def test_where_nothing_is(made: Api, path: str, refusal: tuple[int, str]) -> None:
    assert made.refused("GET", path.format(home=made.home)) == refusal


def test_who_asks_without_a_good_token_is_told_so(api: Api) -> None:
    path = f"{api.home}/resourceGroups"
    for header, code in (
        ("", "AuthenticationFailed"),
        ("Bearer nonsense", "InvalidAuthenticationToken"),
        (f"Bearer {api.token}x", "InvalidAuthenticationToken"),
        (f"Bearer {api.account.tokens.issue('x', -1)[0]}", "ExpiredAuthenticationToken"),
    ):
        assert api.refused("GET", path, headers={"authorization": header}) == (401, code)
        assert api.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    assert api.ask("GET", "/metadata/endpoints", headers={"authorization": ""})["name"]


def test_permissions_can_be_taken_away(made: Api) -> None:
    made.settings.take({"denied": ["Microsoft.Network/publicIPAddresses/write"]})
    path = "Microsoft.Network/publicIPAddresses/ip"
    assert made.refused("PUT", path, {"location": "eastus"}) == (403, "AuthorizationFailed")
    assert "'Microsoft.Network/publicIPAddresses/write'" in made.message
    shown = made.ask("GET", f"{made.home}/providers/Microsoft.Authorization/permissions")
    assert shown["value"][0]["notActions"] == ["microsoft.network/publicipaddresses/write"]


def test_what_is_known_beforehand(api: Api) -> None:
    (subscription,) = api.ask("GET", "/subscriptions")["value"]
    assert subscription["subscriptionId"] == api.account.subscription
    places = api.ask("GET", f"{api.home}/locations")["value"]
    zones = {one["name"]: "availabilityZoneMappings" in one for one in places}
    assert (zones["westeurope"], zones["westus"]) == (True, False)
    compute = api.ask("GET", f"{api.home}/providers/microsoft.compute")
    assert compute["registrationState"] == "Registered"
    kinds = {one["resourceType"]: one["apiVersions"] for one in compute["resourceTypes"]}
    assert kinds["virtualMachines"][0] == "2026-04-01"
    assert api.ask("GET", f"{api.home}/providers")["value"]
    assert api.refused("GET", f"{api.home}/providers/Contoso") == (404, "InvalidResourceNamespace")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("PUT", "/resourceGroups/g", "Microsoft.Resources/subscriptions/resourceGroups/write"),
        ("GET", "/resources", "Microsoft.Resources/subscriptions/resources/read"),
        (
            "GET",
            "/providers/Microsoft.Compute/locations/eastus/publishers/p/artifacttypes/vmimage/"
            "offers/o/skus/s/versions",
            "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",
        ),
        (
            "POST",
            "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m/start",
            "Microsoft.Compute/virtualMachines/start/action",
        ),
        (
            "DELETE",
            "/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
            "Microsoft.Network/virtualNetworks/subnets/delete",
        ),
    ],
)
def test_permissions_have_azures_own_names(
    made: Api, method: str, path: str, permission: str
) -> None:
    made.settings.take({"denied": [permission]})
    assert made.refused(method, f"{made.home}{path}", {}) == (403, "AuthorizationFailed")
