"""What can be had on servers that are there already, and what is found out about them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from providers.contract.errors import InvalidRequestError
from providers.contract.types import Need, Requirement
from providers.servers import scripts
from providers.servers.permissions import PERMISSIONS
from tests.unit.servers.paper import PaperServer, provider

GIB = 1024**3
ANY = Requirement(None, None, None, "x86_64", "on-demand")


def test_offers_are_grouped_by_size_and_leave_out_what_is_ours() -> None:
    servers = (
        PaperServer("large", cpus=8, memory=32 * GIB),
        PaperServer("one"),
        PaperServer("two"),
        PaperServer("ours"),
        PaperServer("arm", arch="aarch64"),
    )
    adapter = provider(*servers, remembered={"ours": {"longshore-project": "shop"}})
    assert [(offer.type, offer.zones) for offer in adapter.offers(ANY, None)] == [
        ("2 vCPU 4 GiB", ("one", "two")),
        ("8 vCPU 32 GiB", ("large",)),
    ]
    arm = Requirement(None, None, None, "arm64", "on-demand")
    assert [offer.zones for offer in adapter.offers(arm, None)] == [("arm",)]
    big = Requirement(4, None, None, "x86_64", "on-demand")
    assert [offer.zones for offer in adapter.offers(big, None)] == [("large",)]


@pytest.mark.parametrize(
    ("requirement", "zone"),
    [
        (Requirement(None, None, "t3.small", "x86_64", "on-demand"), None),
        (ANY, "nowhere"),
        (Requirement(None, None, None, "x86_64", "spot"), None),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    requirement: Requirement, zone: str | None
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        provider(PaperServer("one")).offers(requirement, zone)
    assert caught.value.advice


def test_systems_are_called_as_in_a_project_file() -> None:
    servers = (PaperServer("a", os="amzn-2023"), PaperServer("r", os="rocky-9.6"))
    adapter = provider(*servers)
    assert adapter.resolve_image("amazon-linux-2023", "x86_64").os == "amazon-linux-2023"
    assert adapter.resolve_image("rocky-9", "x86_64").os == "rocky-9"
    with pytest.raises(InvalidRequestError, match="debian-12") as caught:
        adapter.resolve_image("debian-12", "x86_64")
    assert "rocky-9 x86_64" in caught.value.advice


def test_a_diagnosis_has_a_line_for_each_question_and_server() -> None:
    adapter = provider(PaperServer("one", cpus=1, os="debian-13"))
    need = Need(Requirement(2, None, None, "x86_64", "on-demand"), "debian-12", 2)
    found = {finding.check: finding for finding in adapter.diagnose(need)}
    assert {check: finding.verdict for check, finding in found.items()} == {
        "credentials": "ok",
        "size": "warning",
        "image": "failed",
        "clock": "warning",
        "quota": "failed",
        "network": "unknown",
    }
    assert found["quota"].message == "1 to claim and 0 claimed, 2 needed"


def test_nothing_stands_before_servers_and_nothing_is_made() -> None:
    abilities = provider().abilities
    assert (abilities.makes_machines, abilities.firewall, abilities.key_pairs) == (False,) * 3
    assert abilities.markets == ("on-demand",)


def test_every_operation_has_its_permission() -> None:
    tree = ast.parse(Path(scripts.__file__).read_text())
    named = {
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and node.value.value.count(".") == 1
        and not node.value.value.startswith("/")
    }
    assert named == set(PERMISSIONS)
