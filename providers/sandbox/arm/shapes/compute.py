"""Microsoft.Compute's models: virtual machines and disks.

From the REST specification's `compute` folder; what the sandbox does not have (scale sets,
galleries, encryption sets, extensions) is known by name only.
"""

from __future__ import annotations

from providers.sandbox.arm.shapes.common import (
    EXTENDED_LOCATION,
    PLAN,
    SUB_RESOURCE,
    TAGS,
    tracked,
)
from providers.sandbox.arm.shapes.shape import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    TEXT,
    Choice,
    Named,
    Record,
    Several,
    needed,
    read_only,
    record,
)

DELETE = Choice(("Delete", "Detach"))
OS = Choice(("Windows", "Linux"))
CACHING = Choice(("None", "ReadOnly", "ReadWrite"))
CREATE_OPTION = Choice(("FromImage", "Empty", "Attach", "Copy", "Restore"))
STORAGE = (
    "Standard_LRS",
    "Premium_LRS",
    "StandardSSD_LRS",
    "UltraSSD_LRS",
    "Premium_ZRS",
    "StandardSSD_ZRS",
    "PremiumV2_LRS",
)
IMAGE_REFERENCE = record(
    "ImageReference",
    id=TEXT,
    publisher=TEXT,
    offer=TEXT,
    sku=TEXT,
    version=TEXT,
    exactVersion=read_only(),
    sharedGalleryImageId=TEXT,
    communityGalleryImageId=TEXT,
)
MANAGED_DISK = record(
    "ManagedDiskParameters",
    id=TEXT,
    storageAccountType=Choice(STORAGE),
    diskEncryptionSet=SUB_RESOURCE,
    securityProfile=ANY,
    additionalDiskProperties=ANY,
)
DIFF_DISK = record(
    "DiffDiskSettings",
    option=Choice(("Local",)),
    placement=Choice(("CacheDisk", "ResourceDisk", "NvmeDisk")),
    enableFullCaching=BOOLEAN,
)
OS_DISK = record(
    "OSDisk",
    osType=OS,
    encryptionSettings=ANY,
    name=TEXT,
    vhd=ANY,
    image=ANY,
    caching=CACHING,
    writeAcceleratorEnabled=BOOLEAN,
    diffDiskSettings=DIFF_DISK,
    createOption=needed(CREATE_OPTION),
    diskSizeGB=INTEGER,
    storageFaultDomainAlignment=TEXT,
    managedDisk=MANAGED_DISK,
    deleteOption=DELETE,
)
DATA_DISK = record(
    "DataDisk",
    lun=needed(INTEGER),
    name=TEXT,
    vhd=ANY,
    image=ANY,
    caching=CACHING,
    writeAcceleratorEnabled=BOOLEAN,
    createOption=needed(CREATE_OPTION),
    diskSizeGB=INTEGER,
    storageFaultDomainAlignment=TEXT,
    managedDisk=MANAGED_DISK,
    sourceResource=ANY,
    toBeDetached=BOOLEAN,
    diskIOPSReadWrite=INTEGER,
    diskMBpsReadWrite=INTEGER,
    detachOption=Choice(("ForceDetach",)),
    deleteOption=DELETE,
)
LINUX = record(
    "LinuxConfiguration",
    disablePasswordAuthentication=BOOLEAN,
    ssh=record(
        "SshConfiguration",
        publicKeys=Several(record("SshPublicKey", path=TEXT, keyData=TEXT)),
    ),
    provisionVMAgent=BOOLEAN,
    patchSettings=record(
        "LinuxPatchSettings",
        patchMode=Choice(("ImageDefault", "AutomaticByPlatform")),
        assessmentMode=Choice(("ImageDefault", "AutomaticByPlatform")),
        automaticByPlatformSettings=ANY,
    ),
    enableVMAgentPlatformUpdates=BOOLEAN,
)
OS_PROFILE = record(
    "OSProfile",
    computerName=TEXT,
    adminUsername=TEXT,
    adminPassword=TEXT,
    customData=TEXT,
    windowsConfiguration=ANY,
    linuxConfiguration=LINUX,
    secrets=Several(ANY),
    allowExtensionOperations=BOOLEAN,
    requireGuestProvisionSignal=BOOLEAN,
)
IP_VERSION = Choice(("IPv4", "IPv6"))
NEW_ADDRESS = record(
    "VirtualMachinePublicIPAddressConfiguration",
    name=needed(TEXT),
    properties=record(
        "VirtualMachinePublicIPAddressConfigurationProperties",
        idleTimeoutInMinutes=INTEGER,
        deleteOption=DELETE,
        dnsSettings=record(
            "VirtualMachinePublicIPAddressDnsSettingsConfiguration",
            domainNameLabel=needed(TEXT),
            domainNameLabelScope=TEXT,
        ),
        ipTags=Several(ANY),
        publicIPPrefix=SUB_RESOURCE,
        publicIPAddressVersion=IP_VERSION,
        publicIPAllocationMethod=Choice(("Dynamic", "Static")),
    ),
    sku=record(
        "PublicIPAddressSku",
        name=Choice(("Basic", "Standard")),
        tier=Choice(("Regional", "Global")),
    ),
    tags=TAGS,
)
NEW_CONFIGURATION = record(
    "VirtualMachineNetworkInterfaceIPConfiguration",
    name=needed(TEXT),
    properties=record(
        "VirtualMachineNetworkInterfaceIPConfigurationProperties",
        subnet=SUB_RESOURCE,
        primary=BOOLEAN,
        publicIPAddressConfiguration=NEW_ADDRESS,
        privateIPAddressVersion=IP_VERSION,
        privateIPAddressPrefixLength=INTEGER,
        applicationSecurityGroups=Several(SUB_RESOURCE),
        applicationGatewayBackendAddressPools=Several(SUB_RESOURCE),
        loadBalancerBackendAddressPools=Several(SUB_RESOURCE),
    ),
)
NEW_INTERFACE = record(
    "VirtualMachineNetworkInterfaceConfiguration",
    name=needed(TEXT),
    properties=record(
        "VirtualMachineNetworkInterfaceConfigurationProperties",
        primary=BOOLEAN,
        deleteOption=DELETE,
        enableAcceleratedNetworking=BOOLEAN,
        disableTcpStateTracking=BOOLEAN,
        enableFpga=BOOLEAN,
        enableIPForwarding=BOOLEAN,
        networkSecurityGroup=SUB_RESOURCE,
        dnsSettings=record(
            "VirtualMachineNetworkInterfaceDnsSettingsConfiguration", dnsServers=Several(TEXT)
        ),
        ipConfigurations=needed(Several(NEW_CONFIGURATION)),
        dscpConfiguration=SUB_RESOURCE,
        auxiliaryMode=TEXT,
        auxiliarySku=TEXT,
    ),
    tags=TAGS,
)
NETWORK_PROFILE = record(
    "NetworkProfile",
    networkInterfaces=Several(
        record(
            "NetworkInterfaceReference",
            id=TEXT,
            properties=record(
                "NetworkInterfaceReferenceProperties", primary=BOOLEAN, deleteOption=DELETE
            ),
        )
    ),
    networkApiVersion=Choice(("2020-11-01", "2022-11-01")),
    networkInterfaceConfigurations=Several(NEW_INTERFACE),
    interconnectGroupProfile=ANY,
)
SECURITY_PROFILE = record(
    "SecurityProfile",
    uefiSettings=record("UefiSettings", secureBootEnabled=BOOLEAN, vTpmEnabled=BOOLEAN),
    encryptionAtHost=BOOLEAN,
    securityType=Choice(("TrustedLaunch", "ConfidentialVM", "Standard")),
    encryptionIdentity=ANY,
    proxyAgentSettings=ANY,
)
IDENTITY = record(
    "VirtualMachineIdentity",
    principalId=read_only(),
    tenantId=read_only(),
    type=Choice(("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None")),
    userAssignedIdentities=Named(ANY),
)
MACHINE_PROPERTIES: Record = record(
    "VirtualMachineProperties",
    hardwareProfile=record(
        "HardwareProfile",
        vmSize=TEXT,
        vmSizeProperties=record("VMSizeProperties", vCPUsAvailable=INTEGER, vCPUsPerCore=INTEGER),
        processorMode=TEXT,
    ),
    flexProfile=ANY,
    scheduledEventsPolicy=ANY,
    storageProfile=record(
        "StorageProfile",
        imageReference=IMAGE_REFERENCE,
        osDisk=OS_DISK,
        dataDisks=Several(DATA_DISK),
        diskControllerType=Choice(("SCSI", "NVMe")),
        alignRegionalDisksToVMZone=BOOLEAN,
        diskApiVersion=TEXT,
    ),
    additionalCapabilities=record(
        "AdditionalCapabilities",
        ultraSSDEnabled=BOOLEAN,
        hibernationEnabled=BOOLEAN,
        enableFips1403Encryption=BOOLEAN,
    ),
    osProfile=OS_PROFILE,
    networkProfile=NETWORK_PROFILE,
    securityProfile=SECURITY_PROFILE,
    diagnosticsProfile=record(
        "DiagnosticsProfile",
        bootDiagnostics=record("BootDiagnostics", enabled=BOOLEAN, storageUri=TEXT),
    ),
    availabilitySet=SUB_RESOURCE,
    virtualMachineScaleSet=SUB_RESOURCE,
    proximityPlacementGroup=SUB_RESOURCE,
    priority=Choice(("Regular", "Low", "Spot")),
    evictionPolicy=Choice(("Deallocate", "Delete")),
    billingProfile=record("BillingProfile", maxPrice=NUMBER),
    host=SUB_RESOURCE,
    hostGroup=SUB_RESOURCE,
    provisioningState=read_only(),
    instanceView=read_only(),
    licenseType=TEXT,
    vmId=read_only(),
    extensionsTimeBudget=TEXT,
    platformFaultDomain=INTEGER,
    scheduledEventsProfile=ANY,
    userData=TEXT,
    capacityReservation=ANY,
    interconnectBlockProfile=ANY,
    applicationProfile=ANY,
    timeCreated=read_only(),
    resiliencyProfile=ANY,
)
MACHINE = record(
    "VirtualMachine",
    **tracked(
        plan=PLAN,
        identity=IDENTITY,
        zones=Several(TEXT),
        extendedLocation=EXTENDED_LOCATION,
    ),
    systemData=read_only(),
    resources=read_only(),
    managedBy=read_only(),
    etag=read_only(),
    placement=ANY,
    properties=MACHINE_PROPERTIES,
)
MACHINE_PATCH = record(
    "VirtualMachineUpdate",
    tags=MACHINE.members["tags"],
    plan=PLAN,
    identity=IDENTITY,
    zones=Several(TEXT),
    properties=MACHINE_PROPERTIES,
)
DISK_PROPERTIES = record(
    "DiskProperties",
    timeCreated=read_only(),
    osType=OS,
    hyperVGeneration=Choice(("V1", "V2")),
    purchasePlan=ANY,
    supportedCapabilities=ANY,
    creationData=record(
        "CreationData",
        createOption=needed(Choice(("Empty", "FromImage", "Copy", "Import", "Upload", "Restore"))),
        storageAccountId=TEXT,
        imageReference=record(
            "ImageDiskReference",
            id=TEXT,
            sharedGalleryImageId=TEXT,
            communityGalleryImageId=TEXT,
            lun=INTEGER,
        ),
        galleryImageReference=ANY,
        sourceUri=TEXT,
        sourceResourceId=TEXT,
        sourceUniqueId=read_only(),
        uploadSizeBytes=INTEGER,
        logicalSectorSize=INTEGER,
        securityDataUri=TEXT,
        securityMetadataUri=TEXT,
        performancePlus=BOOLEAN,
        elasticSanResourceId=TEXT,
        provisionedBandwidthCopySpeed=Choice(("None", "Enhanced")),
        instantAccessDurationMinutes=INTEGER,
    ),
    diskSizeGB=INTEGER,
    diskSizeBytes=read_only(),
    uniqueId=read_only(),
    encryptionSettingsCollection=ANY,
    provisioningState=read_only(),
    diskIOPSReadWrite=INTEGER,
    diskMBpsReadWrite=INTEGER,
    diskIOPSReadOnly=INTEGER,
    diskMBpsReadOnly=INTEGER,
    diskState=read_only(),
    encryption=ANY,
    maxShares=INTEGER,
    shareInfo=read_only(),
    networkAccessPolicy=Choice(("AllowAll", "AllowPrivate", "DenyAll")),
    diskAccessId=TEXT,
    burstingEnabledTime=read_only(),
    tier=TEXT,
    burstingEnabled=BOOLEAN,
    propertyUpdatesInProgress=read_only(),
    supportsHibernation=BOOLEAN,
    securityProfile=ANY,
    completionPercent=NUMBER,
    publicNetworkAccess=Choice(("Enabled", "Disabled")),
    dataAccessAuthMode=Choice(("AzureActiveDirectory", "None")),
    optimizedForFrequentAttach=BOOLEAN,
    LastOwnershipUpdateTime=read_only(),
    availabilityPolicy=ANY,
)
DISK_SKU = record("DiskSku", name=Choice(STORAGE), tier=read_only())
DISK = record(
    "Disk",
    **tracked(sku=DISK_SKU, zones=Several(TEXT), extendedLocation=EXTENDED_LOCATION),
    managedBy=read_only(),
    managedByExtended=read_only(),
    systemData=read_only(),
    properties=DISK_PROPERTIES,
)
DISK_PATCH = record(
    "DiskUpdate", tags=DISK.members["tags"], sku=DISK_SKU, properties=DISK_PROPERTIES
)
