"""Microsoft.Network's models: virtual networks, security groups, addresses, interfaces.

From the REST specification's `network` folder; what belongs to services that the sandbox does
not have (gateways, load balancers, private links) is known by name only.
"""

from __future__ import annotations

from providers.sandbox.arm.shapes.common import (
    EXTENDED_LOCATION,
    SUB_RESOURCE,
    TAGS,
    tracked,
)
from providers.sandbox.arm.shapes.shape import (
    ANY,
    BOOLEAN,
    INTEGER,
    TEXT,
    Choice,
    Record,
    Several,
    needed,
    read_only,
    record,
)

TEXTS = Several(TEXT)
SUB_RESOURCES = Several(SUB_RESOURCE)
ADDRESS_SPACE = record(
    "AddressSpace", addressPrefixes=TEXTS, ipamPoolPrefixAllocations=Several(ANY)
)
DELETE = Choice(("Delete", "Detach"))
IP_VERSION = Choice(("IPv4", "IPv6"))
ALLOCATION = Choice(("Static", "Dynamic"))
ENABLED = Choice(("Enabled", "Disabled"))


def part(name: str, properties: Record) -> Record:
    """A part of a network resource: it may be named by id alone, or said in full."""
    return record(
        name,
        id=TEXT,
        name=TEXT,
        type=read_only(),
        etag=read_only(),
        properties=properties,
    )


RULE_PROPERTIES = record(
    "SecurityRulePropertiesFormat",
    description=TEXT,
    protocol=needed(Choice(("*", "Tcp", "Udp", "Icmp", "Esp", "Ah"))),
    sourcePortRange=TEXT,
    sourcePortRanges=TEXTS,
    destinationPortRange=TEXT,
    destinationPortRanges=TEXTS,
    sourceAddressPrefix=TEXT,
    sourceAddressPrefixes=TEXTS,
    destinationAddressPrefix=TEXT,
    destinationAddressPrefixes=TEXTS,
    sourceApplicationSecurityGroups=SUB_RESOURCES,
    destinationApplicationSecurityGroups=SUB_RESOURCES,
    access=needed(Choice(("Allow", "Deny"))),
    priority=needed(INTEGER),
    direction=needed(Choice(("Inbound", "Outbound"))),
    provisioningState=read_only(),
)
SECURITY_RULE = part("SecurityRule", RULE_PROPERTIES)
SECURITY_GROUP = record(
    "NetworkSecurityGroup",
    **tracked(etag=read_only()),
    properties=record(
        "NetworkSecurityGroupPropertiesFormat",
        flushConnection=BOOLEAN,
        securityRules=Several(SECURITY_RULE),
        defaultSecurityRules=read_only(),
        networkInterfaces=read_only(),
        subnets=read_only(),
        flowLogs=read_only(),
        resourceGuid=read_only(),
        provisioningState=read_only(),
    ),
)
# A subnet and an interface name their security group by id; more of it is not looked at.
GROUP_REFERENCE = record(
    "NetworkSecurityGroup",
    id=TEXT,
    name=read_only(),
    type=read_only(),
    location=TEXT,
    tags=TAGS,
    etag=read_only(),
    properties=ANY,
)
SUBNET = part(
    "Subnet",
    record(
        "SubnetPropertiesFormat",
        addressPrefix=TEXT,
        addressPrefixes=TEXTS,
        networkSecurityGroup=GROUP_REFERENCE,
        routeTable=SUB_RESOURCE,
        natGateway=SUB_RESOURCE,
        serviceEndpoints=Several(ANY),
        serviceEndpointPolicies=Several(ANY),
        privateEndpoints=read_only(),
        ipConfigurations=read_only(),
        ipConfigurationProfiles=read_only(),
        ipAllocations=SUB_RESOURCES,
        resourceNavigationLinks=read_only(),
        serviceAssociationLinks=read_only(),
        delegations=Several(ANY),
        purpose=read_only(),
        provisioningState=read_only(),
        privateEndpointNetworkPolicies=Choice(
            ("Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled")
        ),
        privateLinkServiceNetworkPolicies=ENABLED,
        applicationGatewayIPConfigurations=Several(ANY),
        sharingScope=Choice(("Tenant", "DelegatedServices")),
        defaultOutboundAccess=BOOLEAN,
        ipamPoolPrefixAllocations=Several(ANY),
        serviceGateway=SUB_RESOURCE,
    ),
)
VIRTUAL_NETWORK = record(
    "VirtualNetwork",
    **tracked(etag=read_only(), extendedLocation=EXTENDED_LOCATION),
    properties=record(
        "VirtualNetworkPropertiesFormat",
        addressSpace=ADDRESS_SPACE,
        dhcpOptions=record("DhcpOptions", dnsServers=TEXTS),
        flowTimeoutInMinutes=INTEGER,
        subnets=Several(SUBNET),
        virtualNetworkPeerings=Several(ANY),
        resourceGuid=read_only(),
        provisioningState=read_only(),
        enableDdosProtection=BOOLEAN,
        enableVmProtection=BOOLEAN,
        ddosProtectionPlan=SUB_RESOURCE,
        bgpCommunities=ANY,
        encryption=record(
            "VirtualNetworkEncryption",
            enabled=BOOLEAN,
            enforcement=Choice(("DropUnencrypted", "AllowUnencrypted")),
        ),
        ipAllocations=SUB_RESOURCES,
        flowLogs=read_only(),
        privateEndpointVNetPolicies=Choice(("Disabled", "Basic")),
        defaultPublicNatGateway=read_only(),
        summarizedGatewayPrefixes=ADDRESS_SPACE,
    ),
)
PUBLIC_ADDRESS = record(
    "PublicIPAddress",
    **tracked(etag=read_only(), extendedLocation=EXTENDED_LOCATION, zones=TEXTS),
    sku=record(
        "PublicIPAddressSku",
        name=Choice(("Basic", "Standard", "StandardV2")),
        tier=Choice(("Regional", "Global")),
    ),
    properties=record(
        "PublicIPAddressPropertiesFormat",
        publicIPAllocationMethod=ALLOCATION,
        publicIPAddressVersion=IP_VERSION,
        ipConfiguration=read_only(),
        dnsSettings=record(
            "PublicIPAddressDnsSettings",
            domainNameLabel=TEXT,
            domainNameLabelScope=Choice(
                ("TenantReuse", "SubscriptionReuse", "ResourceGroupReuse", "NoReuse")
            ),
            fqdn=TEXT,
            reverseFqdn=TEXT,
        ),
        ddosSettings=ANY,
        ipTags=Several(record("IpTag", ipTagType=TEXT, tag=TEXT, firstPartyServiceTagId=TEXT)),
        ipAddress=TEXT,
        publicIPPrefix=SUB_RESOURCE,
        idleTimeoutInMinutes=INTEGER,
        resourceGuid=read_only(),
        provisioningState=read_only(),
        servicePublicIPAddress=ANY,
        natGateway=ANY,
        migrationPhase=Choice(("None", "Prepare", "Commit", "Abort", "Committed")),
        linkedPublicIPAddress=ANY,
        deleteOption=DELETE,
        upgradedToV2=read_only(),
    ),
)
# An interface names its address by id; `deleteOption` is looked at as well.
ADDRESS_REFERENCE = record(
    "PublicIPAddress",
    id=TEXT,
    name=read_only(),
    type=read_only(),
    location=TEXT,
    tags=TAGS,
    zones=TEXTS,
    sku=ANY,
    extendedLocation=EXTENDED_LOCATION,
    etag=read_only(),
    properties=record("PublicIPAddressPropertiesFormat", deleteOption=DELETE),
)
# And its subnet.
SUBNET_REFERENCE = part("Subnet", record("SubnetPropertiesFormat"))
IP_CONFIGURATION = part(
    "NetworkInterfaceIPConfiguration",
    record(
        "NetworkInterfaceIPConfigurationPropertiesFormat",
        gatewayLoadBalancer=SUB_RESOURCE,
        virtualNetworkTaps=Several(ANY),
        applicationGatewayBackendAddressPools=Several(ANY),
        loadBalancerBackendAddressPools=Several(ANY),
        loadBalancerInboundNatRules=Several(ANY),
        privateIPAddress=TEXT,
        privateIPAddressPrefixLength=INTEGER,
        privateIPAllocationMethod=ALLOCATION,
        privateIPAddressVersion=IP_VERSION,
        subnet=SUBNET_REFERENCE,
        primary=BOOLEAN,
        publicIPAddress=ADDRESS_REFERENCE,
        applicationSecurityGroups=SUB_RESOURCES,
        provisioningState=read_only(),
        privateLinkConnectionProperties=read_only(),
    ),
)
INTERFACE = record(
    "NetworkInterface",
    **tracked(etag=read_only(), extendedLocation=EXTENDED_LOCATION),
    properties=record(
        "NetworkInterfacePropertiesFormat",
        virtualMachine=read_only(),
        networkSecurityGroup=GROUP_REFERENCE,
        privateEndpoint=read_only(),
        ipConfigurations=Several(IP_CONFIGURATION),
        tapConfigurations=read_only(),
        dnsSettings=record(
            "NetworkInterfaceDnsSettings",
            dnsServers=TEXTS,
            appliedDnsServers=read_only(),
            internalDnsNameLabel=TEXT,
            internalFqdn=read_only(),
            internalDomainNameSuffix=read_only(),
        ),
        macAddress=read_only(),
        primary=read_only(),
        vnetEncryptionSupported=read_only(),
        defaultOutboundConnectivityEnabled=read_only(),
        enableAcceleratedNetworking=BOOLEAN,
        disableTcpStateTracking=BOOLEAN,
        enableIPForwarding=BOOLEAN,
        hostedWorkloads=read_only(),
        dscpConfiguration=read_only(),
        resourceGuid=read_only(),
        provisioningState=read_only(),
        workloadType=TEXT,
        nicType=Choice(("Standard", "Elastic")),
        privateLinkService=ANY,
        migrationPhase=Choice(("None", "Prepare", "Commit", "Abort", "Committed")),
        auxiliaryMode=Choice(("None", "MaxConnections", "Floating", "AcceleratedConnections")),
        auxiliarySku=Choice(("None", "A1", "A2", "A4", "A8")),
    ),
)
TAGS_OBJECT = record("TagsObject", tags=TAGS)
