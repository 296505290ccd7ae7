"""moto's EC2, SSM and STS on a free loopback port of this process, behind `wire.Wire`."""

from __future__ import annotations

import logging
import os
import threading
from typing import ClassVar

from tests.contract.emulators import Can, Refusal, Verb
from tests.contract.emulators.ec2 import REGION, Ec2, made_up_credentials
from tests.contract.emulators.wire import READS, Fault, Wire, error_body

STRICT = (
    "MOTO_ENABLE_AMI_VALIDATION",
    "MOTO_ENABLE_KEYPAIR_VALIDATION",
    "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION",
)
ACCOUNT = "123456789012"
LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}"


class MotoEc2(Ec2):
    """An emulator whose wire the tests hold."""

    can: ClassVar[frozenset[Can]] = frozenset({"faults", "pages", "calls", "outside"})

    def __init__(self) -> None:
        self._environment = made_up_credentials()
        for name in STRICT:
            os.environ[name] = "true"  # moto reads them at each call
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = DomainDispatcherApplication(create_backend_app)
        self.wire = Wire(app, has_ended=_has_ended, tag=_tag)
        self._server = make_server("127.0.0.1", 0, self.wire, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        super().__init__(f"http://127.0.0.1:{self._server.port}")
        _publish_images()

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        self.wire.faults.append(
            Fault(
                self.facts.verbs[verb],
                times,
                refusal.status,
                error_body(refusal.code, refusal.message),
                None if zone is None else self.subnets_of(zone),
            )
        )

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self.wire.faults.append(Fault(self.facts.verbs[verb], times))

    def limit_pages(self, size: int) -> None:
        self.wire.page = size

    def forget_faults(self) -> None:
        self.wire.faults.clear()
        self.wire.page = None

    def calls(self) -> list[str]:
        return [action for action, _ in self.wire.log]

    def changes(self) -> list[str]:
        return [
            action
            for action, parameters in self.wire.log
            if not action.startswith(READS) and parameters.get("DryRun") != "true"
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._environment.undo()


def _has_ended(region: str, instance: str) -> bool:
    from moto.ec2.models import ec2_backends

    return ec2_backends[ACCOUNT][region].get_instance(instance).state == "terminated"


def _tag(region: str, resource: str, tags: dict[str, str]) -> None:
    from moto.ec2.models import ec2_backends

    ec2_backends[ACCOUNT][region].create_tags([resource], tags)


def _publish_images() -> None:
    """moto knows Amazon Linux only; the other publishers' parameters get its images."""
    from moto.ssm.models import Parameter, ssm_backends

    from providers.aws.images import parameter

    backend = ssm_backends[ACCOUNT][REGION]
    for system, arch in Ec2.facts.images:
        name = parameter(system, arch)
        if system == "amazon-linux-2023":
            continue
        image = backend.get_parameters([LINUX.format(arch=arch)])
        value = next(iter(image.values())).value
        backend._parameters[name].append(
            Parameter(
                account_id=ACCOUNT,
                name=name,
                value=value,
                parameter_type="String",
                description="",
                allowed_pattern=None,
                keyid=None,
                last_modified_date=0.0,
                version=1,
                data_type="aws:ec2:image",
            )
        )
