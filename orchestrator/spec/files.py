"""Reading a file that the user named, with the reason when that does not work."""

from __future__ import annotations

from pathlib import Path

from orchestrator.spec.tree import Findings, Place


def read_text(
    file: Path, shown: str, named_at: Place, findings: Findings, advice: str = ""
) -> str | None:
    """The file's text (UTF-8, a byte-order mark dropped), or None with a problem noted at
    the place that names the file. `shown` is the path as the user wrote it."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        findings.add(named_at, f"there is no file '{shown}'", advice)
    except IsADirectoryError:
        findings.add(named_at, f"'{shown}' is a directory, not a file", advice)
    except UnicodeDecodeError:
        findings.add(named_at, f"'{shown}' is not UTF-8 text", advice)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        findings.add(named_at, f"'{shown}' cannot be read: {reason}", advice)
    return None
