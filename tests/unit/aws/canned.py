"""EC2's answers on the wire, without a wire: what the SDK would receive, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import parse_qsl

from botocore.awsrequest import AWSRequest, AWSResponse

from providers.aws.calls import Calls
from providers.aws.client import Clients
from providers.contract.retry import Retry
from providers.contract.types import ProviderSettings

ENDPOINT = "http://127.0.0.1:9"

Answer = tuple[int, str] | Exception


def ec2_error(code: str, message: str, status: int) -> Answer:
    """An error in EC2's XML form."""
    return status, (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{code}</Code><Message>{message}</Message>"
        "</Error></Errors><RequestID>ea966190-f9aa-478e-9ede-example</RequestID></Response>"
    )


def instance(
    state: str, *, address: str = "", reason: str = "", id: str = "i-0123456789abcdef0"
) -> str:
    """One instance as an item of `instancesSet`."""
    public = f"<ipAddress>{address}</ipAddress>" if address else ""
    why = (
        f"<stateReason><code>{reason}</code><message>{reason}: it said</message></stateReason>"
        if reason
        else ""
    )
    return (
        f"<item><instanceId>{id}</instanceId><instanceType>t3.small</instanceType>"
        f"<instanceState><code>0</code><name>{state}</name></instanceState>{public}{why}"
        "<placement><availabilityZone>us-east-1a</availabilityZone></placement>"
        "<launchTime>2026-01-02T03:04:05.000Z</launchTime></item>"
    )


def described(*instances: str) -> Answer:
    """An answer to DescribeInstances."""
    items = "".join(f"<item><instancesSet>{one}</instancesSet></item>" for one in instances)
    return 200, (
        '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>r</requestId><reservationSet>{items}</reservationSet>"
        "</DescribeInstancesResponse>"
    )


def ran(one: str) -> Answer:
    """An answer to RunInstances."""
    return 200, (
        '<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>r</requestId><instancesSet>{one}</instancesSet></RunInstancesResponse>"
    )


def done(action: str) -> Answer:
    """An answer that says no more than that it is done."""
    return 200, f"<{action}Response><requestId>r</requestId></{action}Response>"


class Canned:
    """Calls whose answers are given beforehand, action by action, in order; the last one of
    an action is given for ever. `sent` has what was asked, `pauses` the waits in between,
    which take no time here."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers = answers
        self.pauses: list[float] = []
        self.sent: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.retries: list[Retry] = []
        self.headers = {"x-amzn-requestid": "r-1"}
        clients = Clients(ProviderSettings("aws", endpoint=ENDPOINT), "us-east-1")
        self.calls = Calls(clients, self.retries.append, self.pause)
        for client in (clients.ec2, clients.sts, clients.ssm):
            client.meta.events.register_first("before-send.*", self._answer)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def actions(self) -> list[str]:
        return [parameters["Action"] for parameters in self.sent]

    def answer_for(self, parameters: dict[str, str]) -> Answer:
        """The answer to one call."""
        answers = self.answers[parameters["Action"]]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _answer(self, request: AWSRequest, **_: object) -> AWSResponse:
        body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        target = request.headers.get("X-Amz-Target")
        if target:
            name = target.decode() if isinstance(target, bytes) else target
            parameters = {"Action": name.rpartition(".")[2]}
        self.sent.append(parameters)
        self.bodies.append(body)
        answer = self.answer_for(parameters)
        if isinstance(answer, Exception):
            raise answer
        status, text = answer
        return AWSResponse(request.url, status, dict(self.headers), Raw(text.encode()))


class Raw(io.BytesIO):
    """A response's body as urllib3 has it."""

    def stream(self, **_: object) -> Callable[[], bytes]:
        return iter([self.getvalue()])  # type: ignore[return-value]
