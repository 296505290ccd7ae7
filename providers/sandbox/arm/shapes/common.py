"""Shapes that several resource providers share."""

from __future__ import annotations

from providers.sandbox.arm.shapes.shape import (
    ANY,
    TEXT,
    Choice,
    Member,
    Named,
    Shape,
    read_only,
    record,
)

TAGS = Named(TEXT)
SUB_RESOURCE = record("SubResource", id=TEXT)
EXTENDED_LOCATION = record("ExtendedLocation", name=TEXT, type=Choice(("EdgeZone",)))
PLAN = record("Plan", name=TEXT, publisher=TEXT, product=TEXT, promotionCode=TEXT)


def tracked(**more: Shape | Member) -> dict[str, Shape | Member]:
    """The members of every tracked resource: `id` and the like come back as they were."""
    head: dict[str, Shape | Member] = {
        "id": read_only(),
        "name": read_only(),
        "type": read_only(),
        "location": TEXT,
        "tags": TAGS,
    }
    return {**head, **more}


RESOURCE_GROUP = record(
    "ResourceGroup",
    id=read_only(),
    name=read_only(),
    type=read_only(),
    location=TEXT,
    tags=TAGS,
    managedBy=TEXT,
    systemData=read_only(),
    properties=record("ResourceGroupProperties", provisioningState=read_only()),
)
RESOURCE_GROUP_PATCH = record(
    "ResourceGroupPatchable",
    name=TEXT,
    tags=TAGS,
    managedBy=TEXT,
    properties=record("ResourceGroupProperties", provisioningState=read_only()),
)
TAGS_RESOURCE = record(
    "TagsResource",
    id=read_only(),
    name=read_only(),
    type=read_only(),
    properties=record("Tags", tags=TAGS),
)
TAGS_PATCH = record(
    "TagsPatchResource",
    operation=Choice(("Replace", "Merge", "Delete")),
    properties=record("Tags", tags=TAGS),
)
DEPLOYMENT = record(
    "Deployment",
    location=TEXT,
    tags=TAGS,
    properties=record(
        "DeploymentProperties",
        template=ANY,
        parameters=ANY,
        mode=Choice(("Incremental", "Complete")),
        debugSetting=ANY,
        templateLink=ANY,
        parametersLink=ANY,
        expressionEvaluationOptions=ANY,
        onErrorDeployment=ANY,
        validationLevel=TEXT,
    ),
)
AGREEMENT = record(
    "AgreementTerms",
    id=read_only(),
    name=read_only(),
    type=read_only(),
    systemData=read_only(),
    properties=record(
        "AgreementProperties",
        publisher=TEXT,
        product=TEXT,
        plan=TEXT,
        licenseTextLink=TEXT,
        privacyPolicyLink=TEXT,
        marketplaceTermsLink=TEXT,
        retrieveDatetime=TEXT,
        signature=TEXT,
        accepted=ANY,
    ),
)
