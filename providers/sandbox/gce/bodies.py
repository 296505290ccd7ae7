"""The bodies of the requests that change something, field by field.

A test holds these tables against the discovery document: each name, its type, and whether it
is one that only answers have. Fields of Compute Engine that the sandbox has no use for and no
client of its tests sends are left out, and refused.
"""

from __future__ import annotations

from providers.sandbox.gce.schema import Bytes, Flag, Many, Mapped, Text, Whole, record

NAME = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
TEXT, FLAG, INT32, INT64, BYTES = Text(), Flag(), Whole(), Whole(wide=True), Bytes()
TEXTS, LABELS = Many(TEXT), Mapped(TEXT)
NAMED = Text(pattern=NAME)

DURATION = record(seconds=INT64, nanos=INT32)
FEATURE = record(
    type=Text(
        (
            "BARE_METAL_LINUX_COMPATIBLE",
            "BMSAI_CAPABLE",
            "CCA_CAPABLE",
            "FEATURE_TYPE_UNSPECIFIED",
            "GVNIC",
            "IDPF",
            "MULTI_IP_SUBNET",
            "SECURE_BOOT",
            "SEV_CAPABLE",
            "SEV_LIVE_MIGRATABLE",
            "SEV_LIVE_MIGRATABLE_V2",
            "SEV_SNP_CAPABLE",
            "SNP_SVSM_CAPABLE",
            "SUSPEND_SAFE_FPR",
            "TDX_CAPABLE",
            "UEFI_COMPATIBLE",
            "VIRTIO_SCSI_MULTIQUEUE",
            "WINDOWS",
        )
    )
)
NETWORK_TIER = Text(("FIXED_STANDARD", "PREMIUM", "STANDARD", "STANDARD_OVERRIDES_FIXED_STANDARD"))
STACK_TYPE = Text(("IPV4_IPV6", "IPV4_ONLY", "IPV6_ONLY"))
ARCHITECTURE = Text(("ARCHITECTURE_UNSPECIFIED", "ARM64", "X86_64"))

METADATA = record("kind", fingerprint=BYTES, items=Many(record(key=TEXT, value=TEXT)))
TAGS = record(fingerprint=BYTES, items=Many(NAMED))
SCHEDULING = record(
    automaticRestart=FLAG,
    availabilityDomain=INT32,
    hostErrorTimeoutSeconds=INT32,
    instanceTerminationAction=Text(("DELETE", "INSTANCE_TERMINATION_ACTION_UNSPECIFIED", "STOP")),
    localSsdRecoveryTimeout=DURATION,
    maxRunDuration=DURATION,
    minNodeCpus=INT32,
    nodeAffinities=Many(
        record(key=TEXT, operator=Text(("IN", "NOT_IN", "OPERATOR_UNSPECIFIED")), values=TEXTS)
    ),
    onHostMaintenance=Text(("MIGRATE", "TERMINATE")),
    preemptible=FLAG,
    provisioningModel=Text(("FLEX_START", "RESERVATION_BOUND", "SPOT", "STANDARD")),
    terminationTime=TEXT,
)
ACCESS_CONFIG = record(
    "kind",
    name=TEXT,
    natIP=TEXT,
    networkTier=NETWORK_TIER,
    publicPtrDomainName=TEXT,
    setPublicPtr=FLAG,
    type=Text(("DIRECT_IPV6", "ONE_TO_ONE_NAT")),
)
NETWORK_INTERFACE = record(
    "kind name ipv6AccessType",
    accessConfigs=Many(ACCESS_CONFIG),
    aliasIpRanges=Many(record(ipCidrRange=TEXT, subnetworkRangeName=TEXT)),
    fingerprint=BYTES,
    network=TEXT,
    networkIP=TEXT,
    nicType=Text(("GVNIC", "IDPF", "IRDMA", "MRDMA", "UNSPECIFIED_NIC_TYPE", "VIRTIO_NET")),
    queueCount=INT32,
    stackType=STACK_TYPE,
    subnetwork=TEXT,
)
INITIALIZE_PARAMS = record(
    architecture=ARCHITECTURE,
    description=TEXT,
    diskName=NAMED,
    diskSizeGb=INT64,
    diskType=TEXT,
    labels=LABELS,
    licenses=TEXTS,
    provisionedIops=INT64,
    provisionedThroughput=INT64,
    resourceManagerTags=LABELS,
    resourcePolicies=TEXTS,
    sourceImage=TEXT,
    sourceSnapshot=TEXT,
)
ATTACHED_DISK = record(
    "architecture index kind licenses shieldedInstanceInitialState",
    autoDelete=FLAG,
    boot=FLAG,
    deviceName=TEXT,
    diskSizeGb=INT64,
    forceAttach=FLAG,
    guestOsFeatures=Many(FEATURE),
    initializeParams=INITIALIZE_PARAMS,
    interface=Text(("NVME", "SCSI")),
    mode=Text(("READ_ONLY", "READ_WRITE")),
    source=TEXT,
    type=Text(("PERSISTENT", "SCRATCH")),
)
INSTANCE = record(
    "cpuPlatform creationTimestamp id kind lastStartTimestamp lastStopTimestamp "
    "lastSuspendedTimestamp resourceStatus satisfiesPzi satisfiesPzs selfLink startRestricted "
    "status statusMessage zone",
    advancedMachineFeatures=record(
        enableNestedVirtualization=FLAG,
        enableUefiNetworking=FLAG,
        threadsPerCore=INT32,
        visibleCoreCount=INT32,
    ),
    canIpForward=FLAG,
    confidentialInstanceConfig=record(enableConfidentialCompute=FLAG),
    deletionProtection=FLAG,
    description=TEXT,
    disks=Many(ATTACHED_DISK),
    displayDevice=record(enableDisplay=FLAG),
    fingerprint=BYTES,
    guestAccelerators=Many(record(acceleratorCount=INT32, acceleratorType=TEXT)),
    hostname=TEXT,
    keyRevocationActionType=Text(("KEY_REVOCATION_ACTION_TYPE_UNSPECIFIED", "NONE", "STOP")),
    labelFingerprint=BYTES,
    labels=LABELS,
    machineType=TEXT,
    metadata=METADATA,
    minCpuPlatform=TEXT,
    name=NAMED,
    networkInterfaces=Many(NETWORK_INTERFACE),
    networkPerformanceConfig=record(totalEgressBandwidthTier=Text(("DEFAULT", "TIER_1"))),
    params=record(resourceManagerTags=LABELS),
    privateIpv6GoogleAccess=Text(
        (
            "ENABLE_BIDIRECTIONAL_ACCESS_TO_GOOGLE",
            "ENABLE_OUTBOUND_VM_ACCESS_TO_GOOGLE",
            "INHERIT_FROM_SUBNETWORK",
        )
    ),
    reservationAffinity=record(
        consumeReservationType=Text(
            ("ANY_RESERVATION", "NO_RESERVATION", "SPECIFIC_RESERVATION", "UNSPECIFIED")
        ),
        key=TEXT,
        values=TEXTS,
    ),
    resourcePolicies=TEXTS,
    scheduling=SCHEDULING,
    serviceAccounts=Many(record(email=TEXT, scopes=TEXTS)),
    shieldedInstanceConfig=record(
        enableIntegrityMonitoring=FLAG, enableSecureBoot=FLAG, enableVtpm=FLAG
    ),
    shieldedInstanceIntegrityPolicy=record(updateAutoLearnPolicy=FLAG),
    tags=TAGS,
)
DISK = record(
    "creationTimestamp id kind lastAttachTimestamp lastDetachTimestamp region resourceStatus "
    "satisfiesPzs selfLink sourceDiskId sourceImageId sourceSnapshotId status users zone",
    accessMode=Text(("READ_ONLY_MANY", "READ_WRITE_MANY", "READ_WRITE_SINGLE")),
    architecture=ARCHITECTURE,
    description=TEXT,
    guestOsFeatures=Many(FEATURE),
    labelFingerprint=BYTES,
    labels=LABELS,
    licenses=TEXTS,
    name=NAMED,
    params=record(resourceManagerTags=LABELS),
    physicalBlockSizeBytes=INT64,
    provisionedIops=INT64,
    provisionedThroughput=INT64,
    replicaZones=TEXTS,
    resourcePolicies=TEXTS,
    sizeGb=INT64,
    sourceImage=TEXT,
    type=TEXT,
)
IMAGE = record(
    "creationTimestamp enableConfidentialCompute id kind satisfiesPzs selfLink sourceDiskId "
    "sourceImageId sourceSnapshotId status",
    architecture=ARCHITECTURE,
    description=TEXT,
    diskSizeGb=INT64,
    family=NAMED,
    guestOsFeatures=Many(FEATURE),
    labelFingerprint=BYTES,
    labels=LABELS,
    licenses=TEXTS,
    name=NAMED,
    sourceDisk=TEXT,
    sourceImage=TEXT,
    sourceType=Text(("RAW",)),
    storageLocations=TEXTS,
)
TRAFFIC = Many(record(IPProtocol=TEXT, ports=TEXTS))
FIREWALL = record(
    "creationTimestamp id kind selfLink",
    allowed=TRAFFIC,
    denied=TRAFFIC,
    description=TEXT,
    destinationRanges=TEXTS,
    direction=Text(("EGRESS", "INGRESS")),
    disabled=FLAG,
    logConfig=record(enable=FLAG, metadata=Text(("EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA"))),
    name=NAMED,
    network=TEXT,
    params=record(resourceManagerTags=LABELS),
    priority=INT32,
    sourceRanges=TEXTS,
    sourceServiceAccounts=TEXTS,
    sourceTags=TEXTS,
    targetServiceAccounts=TEXTS,
    targetTags=TEXTS,
)
NETWORK = record(
    "additionalTags creationTimestamp firewallPolicy gatewayIPv4 id kind peerings selfLink "
    "selfLinkWithId subnetworks",
    autoCreateSubnetworks=FLAG,
    description=TEXT,
    enableUlaInternalIpv6=FLAG,
    mtu=INT32,
    name=NAMED,
    networkFirewallPolicyEnforcementOrder=Text(
        ("AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL")
    ),
    params=record(resourceManagerTags=LABELS),
    routingConfig=record(
        "effectiveBgpAlwaysCompareMed effectiveBgpInterRegionCost",
        bgpAlwaysCompareMed=FLAG,
        bgpBestPathSelectionMode=Text(("LEGACY", "STANDARD")),
        bgpInterRegionCost=Text(("ADD_COST_TO_MED", "DEFAULT")),
        routingMode=Text(("GLOBAL", "REGIONAL")),
    ),
)
SUBNETWORK = record(
    "creationTimestamp gatewayAddress id ipv6CidrRange ipv6GceEndpoint kind selfLink state "
    "systemReservedExternalIpv6Ranges systemReservedInternalIpv6Ranges utilizationDetails",
    description=TEXT,
    enableFlowLogs=FLAG,
    fingerprint=BYTES,
    ipCidrRange=TEXT,
    name=NAMED,
    network=TEXT,
    params=record(resourceManagerTags=LABELS),
    privateIpGoogleAccess=FLAG,
    purpose=Text(
        (
            "GLOBAL_MANAGED_PROXY",
            "INTERNAL_HTTPS_LOAD_BALANCER",
            "PEER_MIGRATION",
            "PRIVATE",
            "PRIVATE_NAT",
            "PRIVATE_RFC_1918",
            "PRIVATE_SERVICE_CONNECT",
            "REGIONAL_MANAGED_PROXY",
        )
    ),
    region=TEXT,
    secondaryIpRanges=Many(record(ipCidrRange=TEXT, rangeName=TEXT, reservedInternalRange=TEXT)),
    stackType=STACK_TYPE,
)
ADDRESS = record(
    "creationTimestamp id kind region selfLink status users",
    address=TEXT,
    addressType=Text(("EXTERNAL", "INTERNAL", "UNSPECIFIED_TYPE")),
    description=TEXT,
    ipVersion=Text(("IPV4", "IPV6", "UNSPECIFIED_VERSION")),
    labelFingerprint=BYTES,
    labels=LABELS,
    name=NAMED,
    network=TEXT,
    networkTier=NETWORK_TIER,
    prefixLength=INT32,
    subnetwork=TEXT,
)
SET_LABELS = record(labelFingerprint=BYTES, labels=LABELS)
TEST_PERMISSIONS = record(permissions=TEXTS)

BODIES = {
    "Instance": INSTANCE,
    "Metadata": METADATA,
    "Tags": TAGS,
    "Scheduling": SCHEDULING,
    "AccessConfig": ACCESS_CONFIG,
    "Disk": DISK,
    "Image": IMAGE,
    "Firewall": FIREWALL,
    "Network": NETWORK,
    "Subnetwork": SUBNETWORK,
    "Address": ADDRESS,
    "InstancesSetLabelsRequest": SET_LABELS,
    "ZoneSetLabelsRequest": SET_LABELS,
    "RegionSetLabelsRequest": SET_LABELS,
    "GlobalSetLabelsRequest": SET_LABELS,
    "TestPermissionsRequest": TEST_PERMISSIONS,
}
"""By the schema's name in the discovery document."""
