"""Lists, one page at a time."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer


def page(world: World, call: Call, entries: list[Document]) -> RestAnswer:
    """The page that was asked for, with a link to the next one where there is more."""
    start = _start(call.query("$skiptoken"))
    top = call.query("$top")
    size = min(int(top), world.settings.page) if top.isdigit() and int(top) else world.settings.page
    answer: Document = {"value": entries[start : start + size]}
    if start + size < len(entries):
        kept = {
            name: value
            for name, value in call.request.query.items()
            if name.lower() != "$skiptoken"
        }
        token = base64.urlsafe_b64encode(f"after:{start + size}".encode()).decode()
        query = urlencode({**kept, "$skiptoken": token})
        answer["nextLink"] = f"{call.base}{call.request.path}?{query}"
    return RestAnswer(200, answer)


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "after":
            return int(number)
    except ValueError:
        pass
    raise refuse(400, "InvalidSkipToken", f"The provided skip token '{token}' is invalid.")
