"""What a machine printed while it booted, in the report of why it cannot be reached."""

from __future__ import annotations

from orchestrator.errors import LongshoreError
from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.types import CloudMachine

CONSOLE_LINES = 30
"""Of a console's end; kernel and cloud-init say last what stopped them."""


def with_console(
    error: LongshoreError, provider: Provider, machine: CloudMachine
) -> LongshoreError:
    """`error` itself, with the end of the machine's console added to its details.

    A console that cannot be read is said to be so there: it never takes the place of the
    error. To be called once for an error; calling it again adds the console again.
    """
    error.details = (*error.details, *_console(provider, machine))
    return error


def _console(provider: Provider, machine: CloudMachine) -> tuple[str, ...]:
    heading = f"the console of {machine.name}"
    try:
        text = provider.console_output(machine)
    except CloudError as failed:
        return (f"{heading} cannot be read: {failed}",)
    written = [line for line in text.splitlines() if line.strip()]
    if not written:
        return (f"{heading} has nothing on it yet",)
    return (f"{heading}:", *written[-CONSOLE_LINES:])
