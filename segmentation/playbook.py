"""The playbook: what each segment is called, what it means, and who should do what about it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from html import escape
from pathlib import Path
from typing import Final

from segmentation.errors import PlaybookError
from segmentation.model import Segment
from segmentation.naming import ARCHETYPES

# In characters, “&”, “<” and “>” counted as the entities that they are shown by.
_LONGEST: Final = {"name": 100, "short": 40, "summary": 500, "action": 1_500, "owner": 80}
BUILT_IN: Final = Path(__file__).with_name("playbook.toml")


@dataclass(frozen=True, slots=True)
class Play:
    """The texts of one segment; `owner` is the team that takes the suggested action."""

    name: str
    short: str
    summary: str
    action: str
    owner: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """The plays by archetype, and a plain one for a segment that has none."""

    plays: Mapping[str, Play]

    def play(self, segment: Segment) -> Play:
        """The texts of a segment; one without archetype is described by its figures.

        With other than four segments a name covers others than it usually does, and says so.
        """
        if segment.archetype is not None:
            play = self.plays[segment.archetype]
            if segment.variant is None:
                return play
            return replace(play, name=f"{play.name} (k={segment.variant} variant)")
        return Play(
            name=segment.generic_name,
            short=f"Segment {segment.id}",
            summary="A segment that matches none of the known archetypes.",
            action="Look at its customers before acting: no action has been agreed for it.",
            owner="Data science",
        )


def load_playbook(path: Path = BUILT_IN) -> Playbook:
    """Read a playbook; PlaybookError names every text that is missing from it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlaybookError(f"The playbook {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlaybookError(f"The playbook {path} is not valid TOML: {error}.") from None
    keys = [archetype.key for archetype in ARCHETYPES]
    problems = [problem for key in keys for problem in _problems(key, data.get(key))]
    if problems:
        raise PlaybookError(f"The playbook {path} cannot be used: {'; '.join(problems)}.")
    return Playbook(
        {key: Play(**{f.name: data[key][f.name] for f in fields(Play)}) for key in keys}
    )


def _problems(key: str, table: object) -> list[str]:
    if not isinstance(table, dict):
        return [f"[{key}] is missing"]
    texts = {field.name: table.get(field.name) for field in fields(Play)}
    missing = [
        f"[{key}] needs a text for {name}"
        for name, text in texts.items()
        if not (isinstance(text, str) and text.strip())
    ]
    long = [
        f"[{key}] {name} is longer than {_LONGEST[name]} characters"
        for name, text in texts.items()
        if isinstance(text, str) and len(escape(text, quote=False)) > _LONGEST[name]
    ]
    return missing + long
