"""What is written of each scored customer: the agreed columns, as an Arrow table or as CSV text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentation.arrow_arrays import arrow_flags, arrow_numbers, arrow_texts, letters_of
from segmentation.assignment import Assignments, Band
from segmentation.features import CUSTOMER_ID
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.safe_csv import FORMULA_STARTS

_STEPS: Final = 10_000  # of confidence, from 0 to 1: four decimals
_ENDS: Final = 2 * len(Band)  # of a line: each certainty, novel or not
_CATEGORY: Final = pa.dictionary(pa.int8(), pa.large_string())
_BANDS: Final = arrow_texts([str(band) for band in Band])
SCHEMA: Final = pa.schema(
    [
        pa.field(CUSTOMER_ID, pa.large_string(), nullable=False),
        pa.field("segment", pa.int16(), nullable=False),
        pa.field("segment_name", _CATEGORY, nullable=False),
        pa.field("runner_up", pa.int16(), nullable=False),
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("band", _CATEGORY, nullable=False),
        pa.field("novel", pa.bool_(), nullable=False),
    ]
)
CSV_HEADER: Final = (",".join(SCHEMA.names) + "\n").encode()


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """How the segments of a model are called in files, `names` by their lasting ids.

    A line of CSV is put together from few different texts: `_heads`, what comes before the
    confidence for each pair of segments, and `_tails`, each confidence and what comes after it.
    """

    names: Mapping[int, str]
    _places: NDArray[np.int64] = field(init=False)
    _heads: pa.Array = field(init=False)
    _tails: pa.Array = field(init=False)

    def __post_init__(self) -> None:
        places = np.zeros(max(self.names) + 1, np.int64)
        places[[*self.names]] = np.arange(len(self.names))
        heads = [
            f",{segment},{_quoted(name)},{runner_up},"
            for segment, name in self.names.items()
            for runner_up in self.names
        ]
        ends = [f",{band},{novel}\n" for band in Band for novel in (False, True)]
        tails = [f"{step / _STEPS}{end}" for step in range(_STEPS + 1) for end in ends]
        for name, value in (
            ("_places", places),
            ("_heads", arrow_texts(heads)),
            ("_tails", arrow_texts(tails)),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, model: SegmentModel, playbook: Playbook) -> "Looks":
        """The names that a playbook gives to the segments of a model."""
        return cls({segment.id: playbook.play(segment).name for segment in model.segments})

    def table(self, ids: pa.Array, scored: Assignments) -> pa.Table:
        """Scored customers as a table of SCHEMA."""
        segments = arrow_numbers(self._places[scored.segment].astype(np.int8))
        names = arrow_texts([*self.names.values()])
        bands = arrow_numbers(scored.band.astype(np.int8))
        return pa.table(
            [
                ids,
                arrow_numbers(scored.segment.astype(np.int16)),
                pa.DictionaryArray.from_arrays(segments, names),
                arrow_numbers(scored.runner_up.astype(np.int16)),
                arrow_numbers(_step(scored.confidence) / _STEPS),
                pa.DictionaryArray.from_arrays(bands, _BANDS),
                arrow_flags(scored.novel),
            ],
            schema=SCHEMA,
        )

    def csv(self, ids: pa.Array, scored: Assignments) -> memoryview:
        """Scored customers as lines of CSV, in UTF-8.

        A text that a spreadsheet would run as a formula gets a leading apostrophe.
        """
        pairs = self._places[scored.segment] * len(self.names) + self._places[scored.runner_up]
        steps = _step(scored.confidence).astype(np.int64)
        ends = steps * _ENDS + scored.band * 2 + scored.novel
        lines = pc.binary_join_element_wise(
            _harmless(ids),
            self._heads.take(arrow_numbers(pairs)),
            self._tails.take(arrow_numbers(ends)),
            _NOTHING,
        )
        _, offsets, text = lines.buffers()
        ends = np.frombuffer(offsets, np.int64)
        return memoryview(text or b"")[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _step(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.rint(confidence * _STEPS))


def _harmless(ids: pa.Array) -> pa.Array:
    """The ids as cells of CSV; nearly always there is nothing to do."""
    starts, letters = letters_of(ids)
    if len(letters) and _RISKY[letters[starts[:-1]]].any():
        risky = pc.match_substring_regex(ids, f"^[{_CLASS}]")
        ids = pc.if_else(risky, pc.binary_join_element_wise(_APOSTROPHE, ids, _NOTHING), ids)
    if any((letters == ord(letter)).any() for letter in _SPECIAL):
        special = pc.match_substring_regex(ids, f"[{_SPECIAL}]")
        doubled = pc.replace_substring(ids, '"', '""')
        quoted = pc.binary_join_element_wise(_QUOTE, doubled, _QUOTE, _NOTHING)
        ids = pc.if_else(special, quoted, ids)
    return ids


_NOTHING, _APOSTROPHE, _QUOTE = arrow_texts(["", "'", '"'])
_SPECIAL: Final = ',"\n\r'
_RISKY: Final = np.isin(np.arange(256), [ord(start) for start in FORMULA_STARTS])
_CLASS: Final = "".join(f"\\x{ord(start):02x}" for start in FORMULA_STARTS)


def _quoted(name: str) -> str:
    return (
        '"' + name.replace('"', '""') + '"' if any(letter in name for letter in _SPECIAL) else name
    )
