"""moto's web application with the sandbox's changes in place."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from providers.sandbox.fleet import Fleet
    from providers.sandbox.http import Application

# moto reads these when it is imported. Key pairs are checked in instances.py instead, because
# moto's check refuses requests that name none.
VALIDATION = ("MOTO_ENABLE_AMI_VALIDATION", "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION")

ACCOUNT = "123456789012"
"""moto's own; every account has the same regions."""


def known_regions() -> frozenset[str]:
    """The regions that there are."""
    from moto.ec2.models import ec2_backends

    return frozenset(ec2_backends[ACCOUNT].regions)


def build_api(fleet: Fleet, lock: AbstractContextManager[Any]) -> Application:
    """The emulated APIs as a WSGI application. Once a process: it changes moto's classes."""
    for name in VALIDATION:
        os.environ[name] = "true"

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from providers.sandbox.ec2.dry_run import DryRuns
    from providers.sandbox.ec2.families import install_families
    from providers.sandbox.ec2.images import install_images
    from providers.sandbox.ec2.instances import Instances
    from providers.sandbox.ec2.refusals import install_group_refusal

    install_families()
    install_images()
    install_group_refusal()
    Instances(fleet, lock).install()
    api = DomainDispatcherApplication(create_backend_app)
    for service in ("ec2", "ssm", "sts"):
        api.app_instances[service] = create_backend_app(service)
    return DryRuns(cast("Application", api))
