"""EC2 instances that are machines: moto keeps the records, the fleet runs the machines."""

from __future__ import annotations

import copy
from base64 import b64decode
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.core.types import Base64EncodedString
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance, StateReason
from moto.ec2.responses.general import General
from moto.ec2.responses.instances import InstanceResponse

from providers.sandbox.ec2.catalogue import system_of
from providers.sandbox.ec2.launch import complete_disks, give_address, goes_with_instance
from providers.sandbox.ec2.patching import replace_method
from providers.sandbox.ec2.refusals import (
    check_architecture,
    check_token,
    check_token_lives,
    check_user_data,
    token_mismatch,
)
from providers.sandbox.ec2.rules import instance_groups, instance_rules
from providers.sandbox.ec2.states import (
    PENDING,
    RUNNING,
    SHUTTING_DOWN,
    STOPPING,
    find_instance,
    move,
    wrong_state,
)
from providers.sandbox.ec2.tokens import TokenBook, fingerprint
from providers.sandbox.firewall import Ingress
from providers.sandbox.fleet import Fleet
from providers.sandbox.machine import Seed

NO_TOKEN = "ABCDE"  # noqa: S105  what moto puts where the request named no token
FAILED_LAUNCH = "Server.InternalError"


class Instances:
    """Moves instances through EC2's states as their machines follow.

    The methods run under the API's lock, which the WSGI side takes for each request and the
    callbacks from the fleet take for themselves.
    """

    def __init__(self, fleet: Fleet, lock: AbstractContextManager[Any]) -> None:
        self._fleet = fleet
        self._lock = lock
        self._tokens = TokenBook()
        self._launch = EC2Backend.run_instances
        self._terminate = Instance.terminate
        self._stop = Instance.stop

    def install(self) -> None:
        """Put these methods in the place of moto's."""
        this = self

        launch_response = InstanceResponse.run_instances

        def run_as_many_as_allowed(response: Any) -> Any:
            # moto launches MinCount; EC2 launches as many as it can, up to MaxCount.
            response.params["MinCount"] = response.params.get("MaxCount", 1)
            return launch_response(response)

        def run(
            backend: Any,
            image_id: str,
            count: int,
            user_data: Any,
            groups: list[str],
            **kwargs: Any,
        ) -> Any:
            return this.run(backend, image_id, count, user_data, groups, kwargs)

        replace_method(EC2Backend, "run_instances", run)
        replace_method(InstanceResponse, "run_instances", run_as_many_as_allowed)
        replace_method(Instance, "terminate", lambda instance: this.terminate(instance))
        replace_method(Instance, "stop", lambda instance: this.stop(instance))
        replace_method(Instance, "start", lambda instance: this.start(instance))
        replace_method(Instance, "reboot", lambda instance: this.reboot(instance))
        replace_method(General, "get_console_output", lambda response: this.console(response))

    def run(
        self,
        backend: Any,
        image_id: str,
        count: int,
        user_data: Any,
        groups: list[str],
        kwargs: dict[str, Any],
    ) -> Any:
        """RunInstances: answers at once; the machines boot in the background."""
        token = kwargs.get("client_token") or NO_TOKEN
        request = fingerprint(
            image_id,
            count,
            str(user_data or ""),
            groups,
            {key: value for key, value in kwargs.items() if key != "client_token"},
        )
        if token != NO_TOKEN:
            check_token(token)
            try:
                known = self._tokens.find(backend.region_name, token, request)
            except ValueError as error:
                raise token_mismatch() from error
            if known is not None:
                check_token_lives(backend.reservations[known].instances)
                return backend.reservations[known]
        data = b64decode(str(user_data)) if user_data else b""
        self._check(backend, image_id, data, kwargs)
        complete_disks(backend, image_id, kwargs)
        interface_tags = (kwargs.get("tags") or {}).get("network-interface", {})
        reservation = self._launch(backend, image_id, count, user_data, groups, **kwargs)
        if token != NO_TOKEN:
            self._tokens.remember(backend.region_name, token, request, reservation.id)
        for instance in reservation.instances:
            self._begin(backend, instance, data, kwargs, interface_tags)
        return reservation

    def terminate(self, instance: Any) -> Any:
        """TerminateInstances: shutting-down until the machine is gone."""
        previous = copy.copy(instance._state)
        failed = getattr(instance, "removal_failed", False)
        if previous.name == "terminated" or (previous.name == "shutting-down" and not failed):
            return previous
        instance.removal_failed = False
        move(instance, SHUTTING_DOWN)

        def gone(problem: str) -> None:
            if problem:
                # It stays shutting-down, which is the truth; the fleet has logged why, and a
                # later TerminateInstances tries again.
                instance.removal_failed = True
                return
            with self._lock:
                self._bury(instance)

        self._fleet.remove(instance.id, gone)
        return previous

    def stop(self, instance: Any) -> Any:
        """StopInstances: stopping until the machine is down. The public address goes."""
        previous = copy.copy(instance._state)
        if previous.name in ("stopping", "stopped"):
            return previous
        if previous.name != "running":
            raise wrong_state(instance)
        move(instance, STOPPING)

        def stopped(problem: str) -> None:
            with self._lock:
                if instance._state.name == "stopping":
                    self._stop(instance)
                    instance.nics[0].public_ip = None

        self._fleet.stop(instance.id, stopped)
        return previous

    def start(self, instance: Any) -> Any:
        """StartInstances: pending until the machine is up."""
        previous = copy.copy(instance._state)
        if previous.name in ("pending", "running"):
            return previous
        if previous.name != "stopped":
            raise wrong_state(instance)
        move(instance, PENDING)
        self._fleet.start(instance.id, self._up(instance))
        return previous

    def reboot(self, instance: Any) -> None:
        """RebootInstances: the state stays running."""
        if instance._state.name != "running":
            raise wrong_state(instance)
        self._fleet.reboot(instance.id, lambda problem: None)

    def console(self, response: Any) -> Any:
        """GetConsoleOutput: what the machine really wrote to its console."""
        instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
        text = self._fleet.console(instance.id).decode(errors="replace")
        return ActionResult(
            {
                "InstanceId": instance.id,
                "Timestamp": utcnow(),
                "Output": Base64EncodedString.from_raw_string(text),
            }
        )

    def rules(self, instance_id: str) -> frozenset[Ingress]:
        """The ingress rules that hold for an instance now."""
        with self._lock:
            instance = find_instance(instance_id)
            if instance is None:
                return frozenset()
            return instance_rules(instance.ec2_backend, instance)

    def expects_running(self, instance_id: str) -> bool:
        """Whether the API calls the instance running."""
        with self._lock:
            instance = find_instance(instance_id)
            return instance is not None and instance._state.name == "running"

    def halted(self, instance_id: str) -> None:
        """The machine was shut down from inside: InstanceInitiatedShutdownBehavior decides."""
        with self._lock:
            instance = find_instance(instance_id)
            if instance is None or instance._state.name != "running":
                return
            if instance.instance_initiated_shutdown_behavior == "terminate":
                self.terminate(instance)
                return
            self._stop(instance)
            instance.nics[0].public_ip = None
            instance.state_reason = StateReason(
                "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
                "Client.InstanceInitiatedShutdown",
            )

    def _check(self, backend: Any, image_id: str, data: bytes, kwargs: dict[str, Any]) -> None:
        check_user_data(data)
        if kwargs.get("key_name"):
            backend.describe_key_pairs(key_names=[kwargs["key_name"]])
        image = backend.describe_images(ami_ids=[image_id])[0]
        check_architecture(image, kwargs.get("instance_type", ""))

    def _begin(
        self,
        backend: Any,
        instance: Any,
        data: bytes,
        kwargs: dict[str, Any],
        interface_tags: dict[str, str],
    ) -> None:
        move(instance, PENDING)
        nic = instance.nics[0]
        wants_public = bool(nic.public_ip)
        nic.public_ip, nic.public_ip_auto_assign = None, False
        instance.wants_public_address = wants_public
        for index, interface in instance.nics.items():
            interface.add_tags(interface_tags)
            interface.delete_on_termination = goes_with_instance(kwargs, index)
        if not instance.security_groups:
            instance.security_groups = instance_groups(instance)
        key = backend.key_pairs.get(instance.key_name)
        public_key = key.material_public if key else ""
        if isinstance(public_key, bytes):
            public_key = public_key.decode()
        address = self._fleet.pool.take()
        give_address(instance, address)
        seed = Seed(f"ip-{address.replace('.', '-')}", public_key, data)
        system = system_of(backend.describe_images(ami_ids=[instance.image_id])[0].name)
        self._fleet.boot(
            instance.id,
            address,
            seed,
            self._up(instance),
            register=self,
            image=self._fleet.images.reference(system, "cloud-init"),
        )

    def _up(self, instance: Any) -> Any:
        def up(problem: str) -> None:
            with self._lock:
                if instance._state.name != "pending":
                    return
                if problem:
                    self.terminate(instance)
                    instance.state_reason = StateReason(
                        f"{FAILED_LAUNCH}: {problem}", FAILED_LAUNCH
                    )
                    return
                move(instance, RUNNING)
                if instance.wants_public_address:
                    instance.nics[0].public_ip = instance.nics[0].private_ip_address

        return up

    def _bury(self, instance: Any) -> None:
        reason = instance.state_reason
        for nic in instance.nics.values():
            nic.public_ip = None
        self._terminate(instance)
        if reason.code == FAILED_LAUNCH:
            instance.state_reason = reason
