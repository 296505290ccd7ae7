"""`--sandbox`: the clouds on this machine in place of the real ones."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.reporting.events import OperationFinished, OperationProgress, OperationStarted
from orchestrator.reporting.sink import Sink

if TYPE_CHECKING:
    from providers.sandbox.control import Sandbox, SandboxStatus

REAL_CLOUD = re.compile(
    r"(AWS|AZURE|ARM|IDENTITY|MSI|IMDS|GOOGLE|GCLOUD|GCP|GCE|CLOUDSDK)_.*"
    r"|NO_GCE_CHECK|LONGSHORE_.+_(ENDPOINT|CA)"
)
"""What the environment says of the real clouds: keys, profiles, projects, identities, endpoints
of single services. Any of it could win over the sandbox's own, so all of it goes before that is
set."""
ID, KIND, SUBJECT = "sandbox", "sandbox", "clouds"


def open_sandbox() -> Sandbox:
    """Return the user's sandbox, running or not. Raises LongshoreError when the extra that
    holds its server is not installed."""
    from importlib.util import find_spec

    if find_spec("moto") is None:
        raise LongshoreError(
            "the sandbox is not installed",
            advice="install it with `pip install 'longshore[sandbox]'`",
            exit_code=ExitCode.BAD_INPUT,
        )
    from providers.sandbox.control import Sandbox

    return Sandbox()


def start_sandbox(sandbox: Sandbox, sink: Sink, *, baked: bool | None = None) -> SandboxStatus:
    """Bring the sandbox up and report it as an operation. Calling it again is safe. Raises
    LongshoreError when something is missing on this machine."""
    from providers.sandbox.errors import SandboxError

    began = time.monotonic()
    sink.emit(OperationStarted(ID, KIND, SUBJECT))
    try:
        before = sandbox.status().running
        status = sandbox.up(
            lambda line: sink.emit(OperationProgress(ID, SUBJECT, None, line)), baked=baked
        )
    except SandboxError as error:
        raise LongshoreError(error.message, advice=error.advice) from error
    seconds = time.monotonic() - began
    sink.emit(OperationFinished(ID, KIND, SUBJECT, None, seconds, changed=not before))
    return status


def point_at_sandbox(sink: Sink, *, start: bool) -> None:
    """Make this process's cloud SDKs speak to the sandbox, brought up first with `start`.
    Raises LongshoreError when it does not run."""
    from providers.sandbox.errors import SandboxError

    sandbox = open_sandbox()
    if start:
        start_sandbox(sandbox, sink)
    try:
        found = sandbox.env()
        for name in [name for name in os.environ if REAL_CLOUD.fullmatch(name)]:
            del os.environ[name]
        os.environ.update(found)
    except SandboxError as error:
        raise LongshoreError(error.message, advice=error.advice) from error
