"""Migrates the store at a URL and dies (SIGKILL) right after a statement with the given words."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from segmentation.database import engine_at
from segmentation.migrating import migrate
from segmentation.schema import SNAPSHOTS

engine = engine_at(sys.argv[1], wait=5)


@event.listens_for(engine, "after_cursor_execute")
def die(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if sys.argv[2] in statement and not statement.lstrip().startswith(("SELECT", "PRAGMA")):
        os.kill(os.getpid(), signal.SIGKILL)


migrate(engine, [SNAPSHOTS])
