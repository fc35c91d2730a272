"""The errors that a person can mend; the text of each is shown to them as it stands."""

from collections.abc import Sequence


class SegbotError(Exception):
    """Something a person can mend: the message says what is wrong, where, and what to do."""


class PortfolioError(SegbotError):
    """A portfolio that cannot be used; `problems` holds one sentence for each fault found."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class TrainingError(SegbotError):
    """A portfolio that can be read but not trained on."""


class ModelError(SegbotError):
    """A model folder that is missing, damaged or made for something else."""


class PlaybookError(SegbotError):
    """A playbook that is missing, unreadable or lacks a segment."""


class StoreError(SegbotError):
    """A store that cannot be opened, or that has no snapshot yet."""


class VersionError(StoreError):
    """A store whose tables are of another version of Segbot, or only half copied."""
