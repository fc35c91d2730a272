"""What is asked of an engine: to do one piece of work on many texts, on many cores or machines.

Any engine that can map a function over texts fits, in a module of its own called `engine_…`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Protocol

from segmentation.errors import SegbotError

Work = Callable[[str, str], bytes]  # a function of `segmentation`, known by its name on workers
OnDone = Callable[[int], None]


class Each(Protocol):
    """Maps a function over texts."""

    def __call__(
        self, work: Work, common: str, texts: Sequence[str], on_done: OnDone
    ) -> list[bytes]:
        """What `work(common, text)` gives for each text, in their order.

        `on_done` hears how many more are done. Raises EngineError when the engine cannot go on.
        """


class EngineError(SegbotError):
    """An engine that is not installed, not reachable, or lost its workers."""


def adapter(name: str) -> ModuleType:
    """The module of an engine; EngineError where what it needs is not installed."""
    try:
        import_module("fsspec")
        return import_module(f"segmentation.engine_{name}")
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("segmentation"):
            raise
        raise EngineError(
            f"--engine {name} needs {missing.name}, which is not installed here: "
            f"pip install 'segbot[{name}]', or -c constraints.txt '.[{name}]' in Segbot's folder."
        ) from None


@contextmanager
def engine(name: str, scheduler: str | None) -> Iterator[Each]:
    """An engine at work; `scheduler` says where, in the engine's own words.

    Raises EngineError where it is not installed or cannot be reached.
    """
    with adapter(name).opened(scheduler) as each:
        yield each
