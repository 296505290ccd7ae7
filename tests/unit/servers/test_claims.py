"""Claims: one for a server and an environment, whoever writes beside us."""

from __future__ import annotations

import json

import pytest

from providers.contract.errors import (
    AuthError,
    CapacityError,
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.types import UNREACHABLE, Owner, Resource
from providers.servers.claims import file_of
from tests.unit.servers.paper import OWNER, PaperServer, provider, request

FILE = file_of(OWNER)
DEAD = TransientError("no SSH session within 10 s", provider="servers", code=UNREACHABLE)


def claimed(*servers: PaperServer) -> Resource:
    made = provider(*servers)
    made.ensure_machine(request(servers[0].name), deadline=10)
    (resource,) = made.listing(OWNER).resources
    return resource


def test_a_claim_holds_all_tags_and_when_it_was_made() -> None:
    one = PaperServer("one")
    machine = provider(one).ensure_machine(request("one"), deadline=10)
    document = json.loads(one.claims[FILE])
    assert document["tags"] == {
        "longshore-project": "shop",
        "longshore-environment": "production",
        "longshore-target": "office",
        "longshore-machine": "office-1",
        "longshore-token": "office-1-0",
        "longshore-trust": "rotated",
    }
    assert machine.tags == document["tags"]
    assert machine.created == document["created"]
    assert (machine.id, machine.zone, machine.type) == ("one.example.com:22", "one", "2 vCPU 4 GiB")


def test_another_token_of_ours_leads_to_the_next_server() -> None:
    one, two = PaperServer("one"), PaperServer("two")
    adapter = provider(one, two)
    adapter.ensure_machine(request("one"), deadline=10)
    with pytest.raises(CapacityError, match="is claimed by this environment already") as caught:
        adapter.ensure_machine(request("one", token="office-2-0"), deadline=10)
    assert caught.value.scope == "zone"
    assert adapter.ensure_machine(request("two", token="office-2-0"), deadline=10).zone == "two"


def test_another_environment_has_a_claim_of_its_own() -> None:
    one = PaperServer("one")
    provider(one).ensure_machine(request("one"), deadline=10)
    other = Owner("shop", "staging")
    provider(one).ensure_machine(request("one", token="b", owner=other), deadline=10)
    assert len(one.claims) == 2
    assert [r.id for r in provider(one).foreign(OWNER)] == ["one.example.com:22-shop.staging"]


def test_who_was_first_at_the_same_moment_is_decided_on_the_server() -> None:
    one = PaperServer("one")
    rival = provider(one)

    def first(_: PaperServer) -> None:
        rival.ensure_machine(request("one", token="rival"), deadline=10)

    one.meddle = first
    with pytest.raises(CapacityError):
        provider(one).ensure_machine(request("one"), deadline=10)
    assert provider(one).find_machine("rival", OWNER) is not None


def test_a_file_of_our_name_that_somebody_else_wrote_is_left_alone() -> None:
    one = PaperServer("one", claims={FILE: "not JSON\n"})
    with pytest.raises(ForeignResourceError):
        provider(one).ensure_machine(request("one"), deadline=10)
    assert one.claims == {FILE: "not JSON\n"}
    assert provider(one).listing(OWNER).machines == ()


def test_tags_changed_by_two_at_once_are_all_there() -> None:
    one = PaperServer("one")
    machine = provider(one).ensure_machine(request("one"), deadline=10)

    def meddle(_: PaperServer) -> None:
        provider(one).set_tags(machine, {"theirs": "1"})

    one.meddle = meddle
    provider(one).set_tags(machine, {"ours": "1", "longshore-trust": None})
    tags = provider(one).listing(OWNER).machines[0].tags
    assert (tags["theirs"], tags["ours"]) == ("1", "1")
    assert "longshore-trust" not in tags


def test_a_claim_edited_by_hand_into_many_lines_is_still_ours() -> None:
    one = PaperServer("one")
    resource = claimed(one)
    one.claims[FILE] = json.dumps(json.loads(one.claims[FILE]), indent=2)
    provider(one).destroy(resource, OWNER, deadline=10)
    assert one.claims == {}


def test_destroying_is_dropping_the_claim_and_nothing_else() -> None:
    one = PaperServer("one")
    resource = claimed(one)
    one.ran.clear()
    for _ in range(2):
        provider(one).destroy(resource, OWNER, deadline=10)
    assert one.ran == ["claims.read", "claims.drop", "claims.read"]


def test_a_server_that_is_not_known_any_more_cannot_be_released() -> None:
    resource = claimed(PaperServer("one"))
    with pytest.raises(InvalidRequestError, match="there is no server") as caught:
        provider(PaperServer("two")).destroy(resource, OWNER, deadline=10)
    assert caught.value.advice


def test_a_server_that_was_ours_and_does_not_answer_is_unreachable() -> None:
    one, two = PaperServer("one"), PaperServer("two")
    machine = provider(one).ensure_machine(request("one"), deadline=10)
    one.trouble = DEAD
    adapter = provider(one, two, remembered={"one": machine.tags})
    (found,) = adapter.listing(OWNER).machines
    assert (found.state, found.name, found.token) == ("unreachable", "office-1", machine.token)
    assert one.ran.count("claims.read") == 2, "it was waited for once, not again and again"
    with pytest.raises(DeadlineError, match="one"):
        adapter.destroy(adapter.listing(OWNER).resources[0], OWNER, deadline=10)


def test_a_server_that_never_was_ours_and_does_not_answer_is_named() -> None:
    adapter = provider(PaperServer("one"), PaperServer("two", trouble=DEAD))
    with pytest.raises(DeadlineError, match=r"two \(two\.example\.com:22\) does not answer"):
        adapter.listing(OWNER)
    assert adapter.foreign(OWNER) == ()


def test_a_server_that_lets_nobody_in_is_an_error_whatever_was_remembered() -> None:
    refused = AuthError("another host key", provider="servers")
    one = PaperServer("one", trouble=refused)
    with pytest.raises(AuthError) as caught:
        provider(one, remembered={"one": OWNER.tags}).listing(OWNER)
    assert caught.value is refused


def test_a_lost_connection_is_asked_again() -> None:
    reasons: list[str] = []
    one = PaperServer("one")
    one.trouble = TransientError("the connection was lost", provider="servers")

    def mend(retry: object) -> None:
        reasons.append(str(retry))
        one.trouble = None

    provider(one, on_retry=mend).listing(OWNER)
    assert len(reasons) == 1


def test_one_server_under_two_addresses_is_one_machine() -> None:
    one = PaperServer("one")
    provider(one).ensure_machine(request("one"), deadline=10)
    alias = PaperServer("alias", claims=one.claims)
    assert [m.zone for m in provider(alias, one).listing(OWNER).machines] == ["alias"]


def test_claims_that_were_handed_over_without_a_token_are_told_apart() -> None:
    text = json.dumps({"tags": OWNER.tags}) + "\n"
    one, two = (PaperServer(name, claims={FILE: text}) for name in ("one", "two"))
    assert [m.zone for m in provider(one, two).listing(OWNER).machines] == ["one", "two"]


def test_what_a_script_says_when_it_fails_is_shown() -> None:
    one = PaperServer("one")

    def full(script: str, *, stdin: bytes = b"", deadline: float) -> object:
        from providers.contract.types import ShellResult

        return ShellResult(1, "", "cat: write error: No space left on device\n")

    one.__class__ = type("Full", (PaperServer,), {"__call__": lambda self, *a, **k: full(*a, **k)})
    with pytest.raises(UnknownCloudError, match="No space left on device"):
        provider(one).listing(OWNER)
