"""What a machine printed while it booted: from Azure's boot diagnostics."""

from __future__ import annotations

import ssl

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.ids import parse_id
from providers.contract.errors import InvalidRequestError, TransientError
from providers.contract.types import CloudMachine

OPERATION = "virtualMachines.retrieveBootDiagnosticsData"
VALID_MINUTES = 5
"""How long the link to the log may be used."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
LONGEST = 256 * 1024
"""Bytes of the log that are kept: its end."""


def console_output(calls: Calls, machine: CloudMachine) -> str:
    """What the machine has printed so far; empty when Azure has nothing yet. Two reads: one
    for a link to the log, which opens it to whoever has it and is shown nowhere, one for the
    log itself."""
    place = parse_id(machine.id, OPERATION)
    answer = calls.find(
        OPERATION,
        lambda: calls.clients.compute.virtual_machines.retrieve_boot_diagnostics_data(
            place.group, place.name, sas_uri_expiration_time_in_minutes=VALID_MINUTES
        ),
    )
    link = answer.serial_console_log_blob_uri if answer is not None else None
    return calls.read("serialConsoleLog.get", lambda: _fetch(calls, link)) if link else ""


def _fetch(calls: Calls, link: str) -> str:
    import urllib3

    trust = ssl.create_default_context()
    if calls.clients.settings.ca:
        trust.load_verify_locations(calls.clients.settings.ca)
    try:
        with urllib3.PoolManager(ssl_context=trust) as pool:
            answer = pool.request(
                "GET",
                link,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                retries=False,
                redirect=False,
            )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        # Its message would show the link.
        raise TransientError(
            f"the log cannot be fetched: {type(error).__name__}",
            provider=PROVIDER,
            operation=OPERATION,
        ) from None
    if answer.status == 404:
        return ""
    if answer.status != 200:
        raised = TransientError if answer.status >= 500 else InvalidRequestError
        raise raised(
            f"the log cannot be fetched: HTTP {answer.status}",
            provider=PROVIDER,
            operation=OPERATION,
        )
    return answer.data[-LONGEST:].decode("utf-8", "replace").replace("\r\n", "\n")
