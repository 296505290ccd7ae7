"""`.env` and `env_file` files.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from orchestrator.spec.interpolate import InterpolationError, Variables, expand
from orchestrator.spec.tree import Findings, Place

_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(=?)[ \t]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
_FORM = "expected NAME=value"


def read_env(text: str, file: Path, variables: Variables, findings: Findings) -> dict[str, str]:
    """The variables a file sets, later lines winning. A bare NAME takes the deployer's value
    and sets nothing when there is none. Quotes: '…' is literal, "…" and bare values are
    interpolated, also with what stands above."""
    result: dict[str, str] = {}
    position = 0
    line = 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        start_line = line
        row = text[position:end].removesuffix("\r")
        if not row.strip() or row.lstrip().startswith("#"):
            position, line = end + 1, line + 1
            continue
        place = Place(file, start_line, 1, "")
        match = _LINE.match(row)
        if match is None or (not match.group(2) and row[match.end() :].strip()):
            findings.add(place, _FORM)
            position, line = end + 1, line + 1
            continue
        name = match.group(1)
        place = Place(file, start_line, 1, name)
        start = position + match.end()
        quote = text[start : start + 1]
        if not match.group(2):
            if (value := variables.get(name)) is not None:
                result[name] = value
        elif quote in ("'", '"') and start < end:
            closing = _closing_quote(text, start, quote)
            if closing is None:
                findings.add(place, f"the closing {quote} is missing")
                return result
            raw = text[start + 1 : closing]
            line += raw.count("\n")
            end = text.find("\n", closing)
            end = len(text) if end < 0 else end
            rest = text[closing + 1 : end].strip()
            if rest and not rest.startswith("#"):
                findings.add(place, "text behind the closing quote", "remove it")
            _set(result, name, raw, quote, variables, place, findings)
        else:
            raw = re.split(r"(?:^|[ \t])#", row[match.end() :], maxsplit=1)[0].strip()
            _set(result, name, raw, "", variables, place, findings)
        position, line = end + 1, line + 1
    return result


def _closing_quote(text: str, start: int, quote: str) -> int | None:
    index = start + 1
    while index < len(text):
        if text[index] == "\\" and quote == '"':
            index += 1
        elif text[index] == quote:
            return index
        index += 1
    return None


def _set(
    result: dict[str, str],
    name: str,
    raw: str,
    quote: str,
    variables: Variables,
    place: Place,
    findings: Findings,
) -> None:
    if quote == "'":
        result[name] = raw
        return
    if quote == '"':
        raw = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), raw, flags=re.DOTALL)
    layered = Variables(variables.environ, _joined(variables.dotenv, result), variables.own)
    try:
        result[name] = expand(raw, layered).text
    except InterpolationError as error:
        findings.add(place, str(error), error.advice)


def _joined(outer: Mapping[str, str], inner: Mapping[str, str]) -> Mapping[str, str]:
    return {**outer, **inner} if outer else inner
