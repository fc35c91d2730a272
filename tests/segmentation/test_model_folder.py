"""The model folder: what is replaced is kept, what does not belong together is refused."""

import hashlib
import io
import json
from pathlib import Path

import joblib
import pytest
import sklearn
from sklearn.preprocessing import StandardScaler

from segmentation.errors import ModelError
from segmentation.model import load_model
from segmentation.model_folder import checked_folder, history, rollback, save, verify
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel, train
from tests.conftest import NOON


@pytest.fixture(scope="module")
def retrained(portfolio: Portfolio) -> TrainedModel:
    return train(portfolio, 43, NOON)


@pytest.fixture
def folder(tmp_path: Path, trained: TrainedModel, retrained: TrainedModel) -> Path:
    """A model folder in which a first model was replaced by a second."""
    save(trained, tmp_path)
    save(retrained, tmp_path)
    return tmp_path


def test_a_replaced_model_is_kept(
    folder: Path, trained: TrainedModel, retrained: TrainedModel
) -> None:
    assert load_model(folder).fingerprint == retrained.model.fingerprint
    (kept,) = history(folder)
    assert kept.model.fingerprint == trained.model.fingerprint
    assert verify(kept.folder).document == trained.model.document


def test_a_rollback_returns_to_the_model_before_and_can_be_undone(
    folder: Path, trained: TrainedModel, retrained: TrainedModel
) -> None:
    assert rollback(folder).document == trained.model.document
    assert verify(folder).document == trained.model.document
    assert rollback(folder).document == retrained.model.document
    assert [kept.model.document for kept in history(folder)] == [trained.model.document]


def test_a_rollback_goes_to_the_model_that_is_named(
    folder: Path, trained: TrainedModel, retrained: TrainedModel, portfolio: Portfolio
) -> None:
    third = train(portfolio, 44, NOON)
    save(third, folder)
    rollback(folder, trained.model.fingerprint[:8])
    assert load_model(folder).fingerprint == trained.model.fingerprint
    kept = [each.model.fingerprint for each in history(folder)]
    assert kept == [third.model.fingerprint, retrained.model.fingerprint]


def test_a_model_that_cannot_be_written_whole_changes_nothing(
    folder: Path, trained: TrainedModel, retrained: TrainedModel
) -> None:
    (folder / "scaler.joblib").unlink()
    (folder / "scaler.joblib").mkdir()
    with pytest.raises(OSError, match="directory"):
        save(trained, folder)
    assert load_model(folder).document == retrained.model.document


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot be written"):
        checked_folder(tmp_path / "file")


def test_a_rollback_without_an_earlier_model_is_refused(
    tmp_path: Path, trained: TrainedModel
) -> None:
    save(trained, tmp_path)
    with pytest.raises(ModelError, match="keeps no earlier model yet"):
        rollback(tmp_path)
    with pytest.raises(ModelError, match="that begins with abc"):
        rollback(tmp_path, "abc")


def test_a_file_that_was_exchanged_is_never_opened(folder: Path, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value]

    joblib.dump(Trap(), folder / "scaler.joblib")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        verify(folder)
    assert not (tmp_path / "sprung").exists()


def test_numbers_that_were_changed_are_noticed(folder: Path) -> None:
    path = folder / "model.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["segments"][0]["centroid"][0] += 0.5
    path.write_text(json.dumps(told))
    with pytest.raises(ModelError, match="are not those of the joblib files"):
        verify(folder)


def test_a_file_of_another_scikit_learn_is_refused_with_both_versions(
    folder: Path, trained: TrainedModel
) -> None:
    scaler: StandardScaler = joblib.load(io.BytesIO(trained.scaler))
    path = folder / "scaler.joblib"
    buffer = io.BytesIO()
    joblib.dump(scaler, buffer)
    older = buffer.getvalue().replace(sklearn.__version__.encode(), b"1.0.1")
    path.write_bytes(older)
    told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    told["provenance"]["digests"]["scaler.joblib"] = hashlib.sha256(older).hexdigest()
    (folder / "model.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match=r"made with scikit-learn 1\.0\.1, and"):
        verify(folder)


def test_a_model_without_its_joblib_files_can_be_replaced_and_brought_back(
    folder: Path, trained: TrainedModel
) -> None:
    (folder / "kmeans.joblib").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        verify(folder)
    rollback(folder)
    assert verify(folder).document == trained.model.document
    rollback(folder)
    assert not (folder / "kmeans.joblib").exists()
