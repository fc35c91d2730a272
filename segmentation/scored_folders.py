"""A folder of scored parts: written beside, swapped in whole, and known to be Segbot's own."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from segmentation.errors import PortfolioError

MANIFEST: Final = "_SEGBOT.json"  # engines leave files out that begin so


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder of scored parts holds: customers in all and by segment id, and whose model's.

    `model` is its fingerprint, `source` what the portfolio is called, `as_of` its date.
    """

    customers: int
    sizes: Mapping[int, int]
    model: str
    source: str
    as_of: str


def check_folder(path: Path) -> None:
    """Raise PortfolioError unless a folder of scored parts may be put there.

    Only what Segbot wrote is ever replaced.
    """
    if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
        problem = (
            f"The folder {path} holds files that Segbot did not write ({MANIFEST} is missing): "
            "name another one, or empty it."
        )
        raise PortfolioError([problem])
    if path.exists() and not path.is_dir():
        raise PortfolioError([f"{path} is a file, and parts need a folder: name another place."])
    if not path.parent.is_dir():
        raise PortfolioError([f"The folder {path.parent} does not exist: make it first."])


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` that takes its place when the block ends well.

    What a run left that died half-way is put right first: the folder that it was about to replace
    comes back, and its own parts go.
    """
    check_folder(path)
    beside, before = path.with_name(f".{path.name}.new"), path.with_name(f".{path.name}.old")
    if before.exists() and not path.exists():
        before.rename(path)
    for left in (beside, before):
        shutil.rmtree(left, ignore_errors=True)
    beside.mkdir(mode=0o700)
    try:
        yield beside
        if path.exists():
            path.rename(before)
        beside.rename(path)
    finally:
        if before.exists() and not path.exists():
            before.rename(path)
        for left in (beside, before):
            shutil.rmtree(left, ignore_errors=True)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Mark a folder as Segbot's own, and tell what it holds."""
    text = json.dumps(asdict(manifest), indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
