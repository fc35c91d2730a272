"""The model folder over time: written whole, verified, kept when it is replaced, brought back."""

import hashlib
import hmac
import io
import os
import shutil
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import joblib
import numpy as np
from sklearn.exceptions import InconsistentVersionWarning

from segmentation.errors import ModelError
from segmentation.model import MODEL_FILE, SegmentModel, load_model
from segmentation.training import KMEANS_FILE, SCALER_FILE, TrainedModel

HISTORY: Final = "history"
# model.json last: it names the digests of the others, so a reader never sees half a model.
_FILES: Final = (KMEANS_FILE, SCALER_FILE, MODEL_FILE)


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model that was replaced, and the folder that it is kept in."""

    folder: Path
    model: SegmentModel


def checked_folder(folder: Path) -> Path:
    """The folder, made where it is missing; ModelError when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder):
            return folder
    except OSError as error:
        raise ModelError(f"A model cannot be written to {folder}: {error.strerror}.") from None


def save(trained: TrainedModel, folder: Path) -> None:
    """Write the model folder; a model that is there already is kept in its history."""
    data = {
        KMEANS_FILE: trained.kmeans,
        SCALER_FILE: trained.scaler,
        MODEL_FILE: trained.model.document.encode(),
    }
    if (folder / MODEL_FILE).exists():
        _keep(folder)
    _replace(folder, data)


def history(folder: Path) -> list[KeptModel]:
    """The models that were replaced and can be used, the one replaced last first."""
    found = []
    for path in sorted((folder / HISTORY).glob(f"*/{MODEL_FILE}"), reverse=True):
        with suppress(ModelError):  # one of another version stays where it is
            found.append(KeptModel(path.parent, load_model(path.parent)))
    return found


def rollback(folder: Path, fingerprint: str = "") -> SegmentModel:
    """Put a kept model back in place, the one replaced last unless a fingerprint's start is given.

    The model that was in place is kept in its turn, so that a rollback can be rolled back.
    Raises ModelError when there is no such model, or more than one.
    """
    fitting = [kept for kept in history(folder) if kept.model.fingerprint.startswith(fingerprint)]
    if not fitting:
        which = f"that begins with {fingerprint}" if fingerprint else "yet"
        raise ModelError(
            f"{folder} keeps no earlier model {which}. See what there is: segbot model list"
        )
    chosen = fitting[0]
    if fingerprint and len({kept.model.fingerprint for kept in fitting}) > 1:
        raise ModelError(f"More than one kept model begins with {fingerprint}: give more of it.")
    data = _read(chosen.folder)
    _keep(folder)
    _replace(folder, data)
    shutil.rmtree(chosen.folder)
    return chosen.model


def verify(folder: Path) -> SegmentModel:
    """The model of a folder whose files all agree; ModelError says which does not.

    The joblib files are unpickled only after their SHA-256 was found to be the one in model.json:
    that proves they belong to it, not that whoever made them is to be trusted.
    """
    model = load_model(folder)
    kmeans, scaler = (
        _unpickled(folder / name, model.provenance.digests[name])
        for name in (KMEANS_FILE, SCALER_FILE)
    )
    same = (
        np.array_equal(kmeans.cluster_centers_, model.centroids)
        and np.array_equal(scaler.mean_, model.means)
        and np.array_equal(scaler.scale_, model.scales)
    )
    if not same:
        raise ModelError(f"The numbers in {folder / MODEL_FILE} are not those of the joblib files.")
    return model


def _unpickled(path: Path, digest: str) -> Any:  # noqa: ANN401 - what scikit-learn fitted
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from None
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), digest):
        raise ModelError(
            f"{path} is not the file that {MODEL_FILE} belongs to (its SHA-256 differs); it was "
            "not opened. Take the folder from where it was trained, or train again."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return joblib.load(io.BytesIO(data))
        except InconsistentVersionWarning as version:
            raise ModelError(
                f"{path} was made with scikit-learn {version.original_sklearn_version}, and "
                f"{version.current_sklearn_version} is installed: install that one, or train again."
            ) from None


def _keep(folder: Path) -> None:
    fingerprint = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
    newest = max((path.name for path in (folder / HISTORY).glob("*")), default="0000")
    place = f"{int(newest[:4]) + 1:04d}-{fingerprint[:12]}"
    _replace(folder / HISTORY / place, _read(folder))


def _read(folder: Path) -> dict[str, bytes]:
    """The files of a model; `model.json` alone is a model too, one that cannot be unpickled."""
    return {name: (folder / name).read_bytes() for name in _FILES if (folder / name).exists()}


def _replace(folder: Path, data: dict[str, bytes]) -> None:
    """Write the files beside, make them durable, then rename them in order."""
    with TemporaryDirectory(dir=checked_folder(folder), prefix=".new-") as beside:
        for name, content in data.items():
            with (Path(beside) / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name in data:
            (Path(beside) / name).replace(folder / name)
    for name in set(_FILES) - set(data):
        (folder / name).unlink(missing_ok=True)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
