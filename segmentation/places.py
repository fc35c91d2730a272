"""Where the command line finds the model, the store and the playbook."""

from dataclasses import dataclass
from pathlib import Path

from segmentation.retention import Retention


@dataclass(frozen=True, slots=True)
class Places:
    """Where the model, the store and the playbook are; handed in by the command line's root.

    `retention` says for how long the store keeps snapshots.
    """

    model_dir: Path
    store_url: str
    playbook: Path
    retention: Retention
