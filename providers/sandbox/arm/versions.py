"""API versions, as the resource providers list them for their types.

From the REST specifications' folder names; a version that is not here is refused as ARM
refuses one that it does not know.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


RESOURCES = _words(
    "2014-04-01 2015-01-01 2015-11-01 2016-02-01 2016-06-01 2016-07-01 2016-09-01 2017-05-01 "
    "2017-05-10 2018-02-01 2018-05-01 2019-03-01 2019-05-01 2019-05-10 2019-06-01 2019-07-01 "
    "2019-08-01 2019-09-01 2019-10-01 2019-11-01 2020-01-01 2020-05-01 2020-06-01 2020-08-01 "
    "2020-10-01 2021-01-01 2021-04-01 2022-01-01 2022-06-01 2022-09-01 2022-12-01 2023-07-01 "
    "2024-03-01 2024-07-01 2024-11-01 2025-03-01 2025-04-01"
)
AUTHORIZATION = ("2015-07-01", "2018-07-01", "2022-04-01", "2022-05-01-preview")
MARKETPLACE = ("2015-06-01", "2021-01-01")
COMPUTE = _words(
    "2015-05-01-preview 2015-06-15 2016-03-30 2016-04-30-preview 2016-08-30 2017-03-30 "
    "2017-12-01 2018-04-01 2018-06-01 2018-10-01 2019-03-01 2019-07-01 2019-12-01 2020-06-01 "
    "2020-12-01 2021-03-01 2021-04-01 2021-07-01 2021-11-01 2022-03-01 2022-08-01 2022-11-01 "
    "2023-03-01 2023-07-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01 2025-11-01 "
    "2026-04-01"
)
SKUS = ("2017-03-30", "2017-09-01", "2019-04-01", "2021-07-01")
DISKS = _words(
    "2016-04-30-preview 2017-03-30 2018-04-01 2018-06-01 2018-09-30 2019-03-01 2019-07-01 "
    "2019-11-01 2020-05-01 2020-06-30 2020-09-30 2020-12-01 2021-04-01 2021-08-01 2021-12-01 "
    "2022-03-02 2022-07-02 2023-01-02 2023-04-02 2023-10-02 2024-03-02 2025-01-02 2026-03-02"
)
NETWORK = _words(
    "2015-05-01-preview 2015-06-15 2016-03-30 2016-06-01 2016-09-01 2016-12-01 2017-03-01 "
    "2017-06-01 2017-08-01 2017-09-01 2017-10-01 2017-11-01 2018-01-01 2018-02-01 2018-04-01 "
    "2018-06-01 2018-07-01 2018-08-01 2018-10-01 2018-11-01 2018-12-01 2019-02-01 2019-04-01 "
    "2019-06-01 2019-07-01 2019-08-01 2019-09-01 2019-11-01 2019-12-01 2020-01-01 2020-03-01 "
    "2020-04-01 2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-11-01 2021-02-01 2021-03-01 "
    "2021-05-01 2021-06-01 2021-08-01 2021-12-01 2022-01-01 2022-05-01 2022-07-01 2022-09-01 "
    "2022-11-01 2023-02-01 2023-04-01 2023-05-01 2023-06-01 2023-09-01 2023-11-01 2024-01-01 "
    "2024-03-01 2024-05-01 2024-07-01 2024-10-01 2025-01-01 2025-03-01 2025-05-01 2025-07-01 "
    "2025-09-01 2026-03-01"
)

TYPES: dict[str, tuple[str, ...]] = {
    "Microsoft.Authorization/permissions": AUTHORIZATION,
    "Microsoft.Compute/disks": DISKS,
    "Microsoft.Compute/locations/operations": COMPUTE + DISKS,
    "Microsoft.Compute/locations/publishers": COMPUTE,
    "Microsoft.Compute/locations/usages": COMPUTE,
    "Microsoft.Compute/locations/vmSizes": COMPUTE,
    "Microsoft.Compute/skus": SKUS,
    "Microsoft.Compute/virtualMachines": COMPUTE,
    "Microsoft.MarketplaceOrdering/agreements": MARKETPLACE,
    "Microsoft.MarketplaceOrdering/offertypes": MARKETPLACE,
    "Microsoft.Network/locations/operationResults": NETWORK,
    "Microsoft.Network/locations/operations": NETWORK,
    "Microsoft.Network/locations/usages": NETWORK,
    "Microsoft.Network/networkInterfaces": NETWORK,
    "Microsoft.Network/networkSecurityGroups": NETWORK,
    "Microsoft.Network/networkSecurityGroups/securityRules": NETWORK,
    "Microsoft.Network/publicIPAddresses": NETWORK,
    "Microsoft.Network/virtualNetworks": NETWORK,
    "Microsoft.Network/virtualNetworks/subnets": NETWORK,
    "Microsoft.Resources/deployments": RESOURCES,
    "Microsoft.Resources/resourceGroups": RESOURCES,
    "Microsoft.Resources/subscriptions": RESOURCES,
    "Microsoft.Resources/tags": RESOURCES,
    "Microsoft.Storage/storageAccounts": ("2021-09-01", "2022-09-01", "2023-05-01", "2024-01-01"),
}
