"""Text in files: read whole if it is UTF-8 of reasonable size, written all or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from econ_theory.errors import FormatError

__all__ = ["MOST_BYTES", "read_text", "write_text"]

MOST_BYTES = 64_000_000
"""Largest file that is read."""


def read_text(path: str | Path) -> str:
    """Return the file's text, decoded as UTF-8.

    Raises
    ------
    FormatError
        If the file is larger than 64 MB or is not UTF-8.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise FormatError(
            f"{path.name} is {size:,} bytes, want at most {MOST_BYTES:,}; keep what is larger as "
            "arrays, or pickled."
        )
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FormatError(
            f"{path.name}, line {line}: byte {error.object[error.start]:#04x} is no UTF-8 text, "
            "want a UTF-8 file; convert it first."
        ) from None


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` as UTF-8: the old file stays until the new one is whole.

    Raises
    ------
    FormatError
        If the text is larger than what `read_text` reads; no file is touched then.
    """
    data = text.encode("utf-8")
    if len(data) > MOST_BYTES:
        raise FormatError(
            f"the text for {Path(path).name} is {len(data):,} bytes, want at most {MOST_BYTES:,}, "
            "which is what can be read back; pickle the object instead."
        )
    # A link keeps pointing where it did; its target is replaced.
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:100]}.{token_hex(8)}.tmp")
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
