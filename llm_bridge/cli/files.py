"""Files that commands read and write: games by their suffix, and where a result may go."""

from __future__ import annotations

from pathlib import Path

from econ_theory import BayesianGame
from econ_theory.errors import SettingError
from econ_theory.interop import read_efg, read_json, read_nfg

__all__ = ["check_target", "read_game"]

READERS = {".efg": read_efg, ".nfg": read_nfg, ".json": read_json}


def read_game(file: Path) -> BayesianGame:
    """Return the game in `file`, read as its suffix says.

    Raises
    ------
    SettingError
        If the suffix is unknown or there is no such file.
    FormatError
        Naming the line or field that is wrong.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise SettingError(
            f"{file} ends in {file.suffix or 'nothing'!r}, want one of {', '.join(READERS)}."
        )
    if not file.is_file():
        raise SettingError(f"{file} is not a file, want a game to read.")
    return reader(file)


def check_target(file: Path | None, suffix: str, source: Path | None = None) -> None:
    """Raise `SettingError` unless `file` can become a file that ends in `suffix`, not `source`.

    >>> check_target(Path("solution.txt"), ".json")
    Traceback (most recent call last):
    econ_theory.errors.SettingError: solution.txt ends in '.txt', want .json; change its name.
    """
    if file is None:
        return
    if file.suffix.lower() != suffix:
        raise SettingError(
            f"{file} ends in {file.suffix or 'nothing'!r}, want {suffix}; change its name."
        )
    if not file.parent.is_dir():
        raise SettingError(f"{file.parent} is not a folder, want one to write {file.name} in.")
    if source is not None and file.exists() and source.exists() and file.samefile(source):
        raise SettingError(f"{file} is the game itself, want another file for the result.")
    if file.exists() and not file.is_file():
        raise SettingError(f"{file} is not a plain file, want one to write or a new name.")
