"""The listing and the foreign: whose is what, where it lies, and to the last page."""

from __future__ import annotations

import json
from collections.abc import Mapping

from providers.azure.foreign import foreign
from providers.azure.listing import survey
from providers.contract.types import Listing, PortRule, Resource
from tests.unit.azure.canned import GROUP, REGION, SUBSCRIPTION, TOKEN, Answer, Canned, id_of, vm
from tests.unit.azure.requests import OWNER, SSH, WEB
from tests.unit.azure.test_network import group, nsg, vnet

GROUP_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
TAGS = {**OWNER.tags, "longshore-target": "us", "longshore-token": TOKEN}
MACHINE_ID = id_of("virtualMachines", TOKEN)


def part(
    kind: str, name: str, tags: Mapping[str, str] | None = None, **more: object
) -> dict[str, object]:
    return {
        "id": id_of(kind, name),
        "name": name,
        "location": REGION,
        "tags": TAGS if tags is None else dict(tags),
        **more,
    }


def interface(tags: Mapping[str, str] | None = None) -> dict[str, object]:
    configuration = {
        "name": "primary",
        "properties": {
            "primary": True,
            "privateIPAddress": "10.90.0.4",
            "publicIPAddress": {"id": id_of("publicIPAddresses", f"{TOKEN}-ip")},
        },
    }
    properties = {"ipConfigurations": [configuration]}
    return part("networkInterfaces", f"{TOKEN}-nic", tags, properties=properties)


def address(tags: Mapping[str, str] | None = None) -> dict[str, object]:
    return part("publicIPAddresses", f"{TOKEN}-ip", tags, properties={"ipAddress": "20.1.2.3"})


def page(*found: object) -> Answer:
    return Answer(200, {"value": list(found)})


def lists(**changes: Answer | list[Answer]) -> dict[str, list[Answer]]:
    answers: dict[str, Answer | list[Answer]] = {
        "virtualMachines": page(vm()),
        "disks": page(part("disks", f"{TOKEN}-os", properties={})),
        "networkInterfaces": page(interface()),
        "publicIPAddresses": page(address()),
        "networkSecurityGroups": page(nsg().body),
        "virtualNetworks": page(vnet().body),
        "resourcegroups/": group(),
        **changes,
    }
    return {
        f"GET {key}": given if isinstance(given, list) else [given]
        for key, given in answers.items()
    }


def listed(answers: dict[str, list[Answer]], named: str | None = None) -> Listing:
    with Canned(answers, group=named) as canned:
        return survey(canned.calls, OWNER)


def by_kind(listing: Listing, kind: str) -> list[Resource]:
    return [one for one in listing.resources if one.kind == kind]


def test_a_machine_is_shown_with_its_address_and_state() -> None:
    (machine,) = listed(lists()).machines
    assert (machine.state, machine.address, machine.private_address) == (
        "running",
        "20.1.2.3",
        "10.90.0.4",
    )
    assert (machine.name, machine.target, machine.token) == ("us-1", "us", TOKEN)


def test_every_kind_is_listed_and_says_what_it_goes_with() -> None:
    listing = listed(lists())
    within = {one.kind: one.within for one in listing.resources}
    assert within == {
        "machine": GROUP_ID,
        "disk": MACHINE_ID,
        "interface": MACHINE_ID,
        "address": MACHINE_ID,
        "firewall": GROUP_ID,
        "network": GROUP_ID,
        "group": "",
    }
    (firewall,) = by_kind(listing, "firewall")
    assert set(firewall.rules) == {SSH, WEB}
    assert firewall.target == "us"


def test_a_part_that_lost_its_tags_is_known_by_its_machine() -> None:
    listing = listed(
        lists(
            disks=page(part("disks", f"{TOKEN}-os", {})),
            networkInterfaces=page(interface({})),
            publicIPAddresses=page(address({})),
        )
    )
    for kind in ("disk", "interface", "address"):
        (one,) = by_kind(listing, kind)
        assert (one.within, one.target) == (MACHINE_ID, "us")


def test_parts_that_outlive_their_machine_are_its_owners_by_their_own_tags_alone() -> None:
    """As a machine that was made elsewhere, and handed over by its tags, mostly has them."""
    one = json.loads(json.dumps(vm()).replace('"Delete"', '"Detach"'))
    found = listed(
        lists(
            virtualMachines=page(one),
            disks=page(part("disks", f"{TOKEN}-os", {})),
            networkInterfaces=page(interface({})),
            publicIPAddresses=page(address()),
        )
    )
    assert by_kind(found, "disk") == by_kind(found, "interface") == []
    (kept,) = by_kind(found, "address")
    assert kept.within == GROUP_ID
    with Canned(lists(virtualMachines=page(one), disks=page(part("disks", "data", {})))) as canned:
        assert [one.name for one in foreign(canned.calls, OWNER)] == ["data"]


def test_a_kept_address_outlives_its_machine() -> None:
    properties = {"ipAddress": "20.1.2.3", "deleteOption": "Detach"}
    kept = part("publicIPAddresses", f"{TOKEN}-ip", {}, properties=properties)
    assert by_kind(listed(lists(publicIPAddresses=page(kept))), "address") == []


def test_a_machine_on_its_way_out_is_left_out_but_not_what_it_may_leave() -> None:
    found = listed(lists(virtualMachines=page(vm("Deleting", "running"))))
    assert found.machines == ()
    assert by_kind(found, "machine") == []
    assert len(by_kind(found, "disk")) == len(by_kind(found, "address")) == 1


def test_a_group_of_our_name_that_is_anothers_is_left_out() -> None:
    anothers = Answer(200, {**group().body, "tags": {"team": "b"}})  # type: ignore[dict-item]
    found = listed(lists(**{"resourcegroups/": anothers}))
    assert by_kind(found, "group") == []
    assert {one.within for one in found.resources} == {"", MACHINE_ID}
    assert len(found.machines) == 1


def test_the_names_of_tags_are_known_in_any_case() -> None:
    spelt = {name.title(): value for name, value in vm()["tags"].items()}  # type: ignore[attr-defined]
    found = listed(lists(virtualMachines=page(vm(tags={**spelt, "Name": "us-1"}))))
    (machine,) = found.machines
    assert (machine.token, machine.target) == (TOKEN, "us")
    assert machine.tags["Name"] == "us-1"


def test_what_a_machine_left_is_listed_by_its_own_tags() -> None:
    listing = listed(lists(virtualMachines=page()))
    assert not listing.machines
    (disk,) = by_kind(listing, "disk")
    assert disk.within == GROUP_ID


def test_others_and_other_regions_are_left_out() -> None:
    theirs = vm(tags={"team": "b"}, name="theirs")
    elsewhere = {**vm(name="elsewhere-1"), "location": "eastus"}
    listing = listed(lists(virtualMachines=page(theirs, elsewhere, vm())))
    assert [machine.token for machine in listing.machines] == [TOKEN]


def test_lists_are_read_to_the_last_page() -> None:
    names = [f"us-{number}-0123456789abcdef0123" for number in range(1, 4)]
    with Canned({}) as canned:
        link = f"{canned.endpoint}/subscriptions/{SUBSCRIPTION}/providers/M/virtualMachines?page="
        pages = {
            "": Answer(200, {"value": [vm(name=names[0])], "nextLink": f"{link}1"}),
            "1": Answer(200, {"value": [vm(name=names[1])], "nextLink": f"{link}2"}),
            "2": Answer(200, {"value": [vm(name=names[2])]}),
        }
        canned.answers = lists()
        given = canned.answer

        def paged(sent: object) -> Answer:
            answer = given(sent)  # type: ignore[arg-type]
            query = sent.query  # type: ignore[attr-defined]
            key = sent.key  # type: ignore[attr-defined]
            return pages[query.get("page", "")] if key == "GET virtualMachines" else answer

        canned.answer = paged  # type: ignore[assignment,method-assign]
        listing = survey(canned.calls, OWNER)
    assert sorted(machine.token for machine in listing.machines) == names
    assert all(machine.state == "running" for machine in listing.machines)


def test_states_come_from_the_list_that_has_them() -> None:
    plain = vm()
    plain["properties"] = {
        key: value
        for key, value in plain["properties"].items()  # type: ignore[attr-defined]
        if key != "instanceView"
    }
    answers = lists()
    with Canned(answers) as canned:
        given = canned.answer

        def split(sent: object) -> Answer:
            answer = given(sent)  # type: ignore[arg-type]
            if sent.key != "GET virtualMachines":  # type: ignore[attr-defined]
                return answer
            if "statusOnly" in sent.query:  # type: ignore[attr-defined]
                return page(vm(power="deallocated", tags={}))
            return page(plain)

        canned.answer = split  # type: ignore[assignment,method-assign]
        (machine,) = survey(canned.calls, OWNER).machines
    assert machine.state == "stopped"
    assert machine.tags["longshore-token"] == TOKEN


def test_in_a_named_group_nothing_outside_of_it_is_asked() -> None:
    answers = {**lists(), "GET virtualMachines/": [Answer(200, vm(power="starting"))]}
    with Canned(answers, group=GROUP) as canned:
        listing = survey(canned.calls, OWNER)
    assert all(f"/resourceGroups/{GROUP}/" in one.path for one in canned.sent)
    assert listing.machines[0].state == "pending"
    assert not by_kind(listing, "group")
    assert by_kind(listing, "firewall")[0].within == ""


class TestStates:
    """One word for provisioning and power."""

    @staticmethod
    def _state(provisioning: str, power: str, **changes: str) -> str:
        one = vm(provisioning, power)
        one["tags"] = {**one["tags"], **changes}  # type: ignore[dict-item]
        (machine,) = listed(lists(virtualMachines=page(one))).machines
        return machine.state

    def test_each(self) -> None:
        assert self._state("Creating", "") == "pending"
        assert self._state("Creating", "running") == "running"
        assert self._state("Succeeded", "starting") == "pending"
        assert self._state("Updating", "running") == "running"
        assert self._state("Succeeded", "deallocating") == "stopping"
        assert self._state("Succeeded", "stopped") == "stopped"

    def test_one_that_never_came_up_has_failed(self) -> None:
        assert self._state("Failed", "") == "failed"

    def test_one_whose_later_change_failed_has_not(self) -> None:
        rotated = {"longshore-trust": "rotated"}
        assert self._state("Failed", "running", **rotated) == "running"
        assert self._state("Failed", "deallocated", **rotated) == "stopped"


def test_the_foreign_are_machines_disks_and_firewalls_without_our_tags() -> None:
    answers = lists(
        virtualMachines=page(vm(), vm(tags={"team": "b"}, name="theirs")),
        disks=page(part("disks", f"{TOKEN}-os", {}), part("disks", "data", {})),
        networkSecurityGroups=page(nsg().body, {**nsg(WEB).body, "tags": {}}),  # type: ignore[dict-item]
    )
    with Canned(answers) as canned:
        found = foreign(canned.calls, OWNER)
    assert [(one.kind, one.name) for one in found] == [
        ("machine", "theirs"),
        ("disk", "data"),
        ("firewall", nsg().body["name"]),  # type: ignore[index]
    ]
    assert found[2].rules == (PortRule(80, "tcp", "0.0.0.0/0", "web"),)
    assert len(canned.sent) == 3
