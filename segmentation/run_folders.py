"""Where an engine's workers leave scored parts, and how those appear: all at once, in place of old.

On local (or mounted) disks parts are written beside and the folder is renamed. Object stores cannot
rename: there each run has a folder of its own, `run-…`, inside the output folder, and the manifest,
which is written last, names the one that counts; then the folders of other runs are removed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from fsspec import AbstractFileSystem

from segmentation.errors import PortfolioError
from segmentation.partitions import file_system, is_local, reached
from segmentation.scored_folders import MANIFEST, Manifest, check_folder, replacing
from segmentation.scored_tables import SCHEMA

BEGUN: Final = "_SEGBOT_RUN.json"  # marks a run's folder in an object store as Segbot's own
_RUN: Final = "run-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder, by path or URL, that parts go to; `publish` makes the parts so named visible."""

    url: str
    publish: Callable[[Manifest, Sequence[str]], None]


@contextmanager
def run_folder(out: str) -> Iterator[RunFolder]:
    """A new folder whose parts take the place of what is at `out` once they are published.

    Raises PortfolioError where `out` holds what Segbot did not write, or cannot be written.
    """
    system, path = file_system(out)
    try:
        with _beside(Path(path)) if is_local(system) else _inside(system, path) as folder:
            yield folder
    except OSError as error:
        raise PortfolioError([f"{out} cannot be written: {error.strerror or error}."]) from None


def check_run_folder(out: str) -> None:
    """Raise PortfolioError unless scored parts may be put at a path or URL."""
    system, path = reached(out)
    if is_local(system):
        check_folder(Path(path))
    else:
        _check_own(system, path, _found(system, path))


@contextmanager
def _beside(path: Path) -> Iterator[RunFolder]:
    def publish(manifest: Manifest, parts: Sequence[str]) -> None:
        for file in folder.iterdir():  # hashes, and what a worker that died began
            if file.name not in parts:
                file.unlink()
        (folder / MANIFEST).write_text(_told(manifest, parts, ""), encoding="utf-8")

    with replacing(path) as folder:
        yield RunFolder(str(folder), publish)


@contextmanager
def _inside(system: AbstractFileSystem, path: str) -> Iterator[RunFolder]:
    run = f"{_RUN}{uuid4().hex}"
    folder = f"{path.rstrip('/')}/{run}"

    def publish(manifest: Manifest, parts: Sequence[str]) -> None:
        for name in _found(system, folder):
            if name not in (*parts, BEGUN):
                system.rm_file(f"{folder}/{name}")
        _write(system, f"{path}/{MANIFEST}", _told(manifest, parts, run))
        for name in _found(system, path):
            if name.startswith(_RUN) and not name.startswith(f"{run}/"):
                system.rm_file(f"{path}/{name}")

    _check_own(system, path, _found(system, path))
    system.makedirs(folder, exist_ok=True)
    _write(system, f"{folder}/{BEGUN}", "{}\n")
    try:
        yield RunFolder(system.unstrip_protocol(folder), publish)
    except BaseException:
        if not _is_pointed_at(system, path, run):
            system.rm(folder, recursive=True)
        raise


def _found(system: AbstractFileSystem, folder: str) -> list[str]:
    """The files of a folder at any depth, by their paths in it."""
    system.invalidate_cache()
    if not system.exists(folder):
        return []
    base = system._strip_protocol(folder).rstrip("/") + "/"  # noqa: SLF001 - there is no other
    return [path.removeprefix(base) for path in system.find(folder)]


def _check_own(system: AbstractFileSystem, path: str, found: Sequence[str]) -> None:
    if system.isfile(path):
        problem = f"{path} is a file, and parts need a folder: name another place."
        raise PortfolioError([problem])
    own = {name.removesuffix(BEGUN) for name in found if name.endswith(f"/{BEGUN}")}
    strange = [
        name for name in found if name != MANIFEST and f"{name.partition('/')[0]}/" not in own
    ]
    if strange:
        problem = f"{path} holds {strange[0]}, which Segbot did not write: name another folder."
        raise PortfolioError([problem])


def _is_pointed_at(system: AbstractFileSystem, path: str, run: str) -> bool:
    system.invalidate_cache()
    manifest = f"{path}/{MANIFEST}"
    if not system.exists(manifest):
        return False
    return bool(json.loads(system.cat_file(manifest))["folder"] == run)


def _write(system: AbstractFileSystem, path: str, text: str) -> None:
    system.pipe_file(path, text.encode())


def _told(manifest: Manifest, parts: Sequence[str], folder: str) -> str:
    """The manifest; `folder` is where in the output folder its parts are."""
    told = asdict(manifest) | {"columns": SCHEMA.names, "folder": folder, "parts": [*parts]}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
