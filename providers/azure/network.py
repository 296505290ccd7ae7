"""What must stand before machines can: group, virtual network, and the target's security
group with exactly the wanted ingress.

All three are read side by side; then what is missing or different is written, the group first
and the other two side by side. When all stands, three reads and no change.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.group import ensure_group, find_group, going, working_group
from providers.azure.names import SUBNET, firewall_name, network_name
from providers.azure.operations import carry_out
from providers.azure.security_rules import ingress, security_rules
from providers.azure.subnets import OwnNetwork, by_zone, find_named, find_own, own_network
from providers.azure.tags import check_owner, read_tags
from providers.azure.words import word
from providers.contract.public_key import public_key_blob
from providers.contract.types import TAG_TARGET, Network, NetworkRequest
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.mgmt.network import types
    from azure.mgmt.network.models import NetworkSecurityGroup

CREATE = "virtualMachines.createOrUpdate"
"""The call that takes the key; what is wrong with it is said before anything is made."""

WAIT = 300.0
"""Seconds for a virtual network or a security group to be made; Azure takes a few."""


def ensure_network(calls: Calls, request: NetworkRequest) -> Network:
    """Converge on group, network and security group; safe to call twice, and side by side.

    Raises ForeignResourceError for what has our name and not the owner's tags, and
    InvalidRequestError for a group, network or subnet that is named and not there, for a
    source that is no network, and for what is no public key; all of it before anything is
    made, but for a named group, which the first call that needs it tells.
    """
    # A machine's create call would refuse it too, after the network has been made.
    public_key_blob(request.public_key, provider=PROVIDER, operation=CREATE)
    security_rules(request.rules)
    group = working_group(calls, request.owner)
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=3) as pool:
        standing = pool.submit(_group_stands, calls, request)
        network = pool.submit(_look_at_network, calls, request, group)
        firewall = pool.submit(_find_firewall, calls, request, group)
        fresh = not standing.result()
        seen, wall = network.result(), firewall.result()
        if fresh:
            _make_group(calls, request, group, began)
            # A group on its way out still shows what was in it. A subnet of the user's stays.
            seen, wall = (seen if isinstance(seen, str) else None), None
        subnet = pool.submit(_ensure_subnet, calls, request, group, seen, began)
        id = _ensure_firewall(calls, request, group, wall)
        return Network(
            key=request.public_key.strip(), firewall=id, subnets=by_zone(subnet.result())
        )


def _group_stands(calls: Calls, request: NetworkRequest) -> bool:
    if calls.group is not None:
        return True  # Named by the user: were it missing, the calls below would say so.
    found = find_group(calls, request.owner)
    return found is not None and not going(found)


def _make_group(calls: Calls, request: NetworkRequest, group: str, began: float) -> None:
    """Make it, unless another target's thread did so since this one looked."""
    id = f"/subscriptions/{calls.clients.subscription}/resourceGroups/{group}"
    with calls.making:
        if not calls.made_since(began, id):
            ensure_group(calls, request.owner)
            calls.note_birth(id)


def _look_at_network(calls: Calls, request: NetworkRequest, group: str) -> OwnNetwork | str | None:
    """The user's own subnet by its id, or the deployment's network as it stands."""
    if request.subnet is not None:
        return find_named(calls, request.subnet)
    return find_own(calls, request.owner, group)


def _ensure_subnet(
    calls: Calls,
    request: NetworkRequest,
    group: str,
    found: OwnNetwork | str | None,
    began: float,
) -> str:
    if request.subnet is not None:
        return found if isinstance(found, str) else find_named(calls, request.subnet)
    if isinstance(found, OwnNetwork) and found.ready and found.subnet is not None:
        return found.subnet
    name = network_name(request.owner, calls.region)
    id = (
        f"/subscriptions/{calls.clients.subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.Network/virtualNetworks/{name}/subnets/{SUBNET}"
    )
    with calls.making:
        if not calls.made_since(began, id):
            _make_network(calls, request, group, name)
            calls.note_birth(id)
    return id


def _make_network(calls: Calls, request: NetworkRequest, group: str, name: str) -> None:
    body = own_network(calls.region, request.owner)
    carry_out(
        calls,
        "virtualNetworks.createOrUpdate",
        "create",
        lambda how: calls.clients.network.virtual_networks.begin_create_or_update(
            group, name, body, polling=how
        ),
        Deadline.after(WAIT),
        f"virtual network {name}",
    )


def _find_firewall(
    calls: Calls, request: NetworkRequest, group: str
) -> NetworkSecurityGroup | None:
    name = firewall_name(request.owner, calls.region, request.target)
    found = calls.find(
        "networkSecurityGroups.get",
        lambda: calls.clients.network.network_security_groups.get(group, name),
    )
    if found is not None:
        check_owner(
            f"security group {name}", found.tags, request.owner, "networkSecurityGroups.get"
        )
    return found


def _ensure_firewall(
    calls: Calls, request: NetworkRequest, group: str, found: NetworkSecurityGroup | None
) -> str:
    """One PUT with all rules changes them at once, with no gap; none if they stand."""
    if found is not None and found.id and found.properties is not None:
        standing = ingress(found.properties.security_rules)
        ready = word(found.properties.provisioning_state) == "Succeeded"
        if ready and standing.is_exactly(request.rules):
            return found.id
    name = firewall_name(request.owner, calls.region, request.target)
    kept = read_tags(found.tags) if found is not None else {}
    body = cast(
        "types.NetworkSecurityGroup",
        {
            "location": calls.region,
            "tags": {**kept, **request.owner.tags, TAG_TARGET: request.target},
            "properties": {"securityRules": security_rules(request.rules)},
        },
    )
    carry_out(
        calls,
        "networkSecurityGroups.createOrUpdate",
        "create",
        lambda how: calls.clients.network.network_security_groups.begin_create_or_update(
            group, name, body, polling=how
        ),
        Deadline.after(WAIT),
        f"security group {name}",
    )
    id = (
        f"/subscriptions/{calls.clients.subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.Network/networkSecurityGroups/{name}"
    )
    if found is None:
        calls.note_birth(id)
    return id
