"""The segments of a snapshot as CSV: sizes, shares with their ranges, changes."""

import io

from segmentation.answers import Overview
from segmentation.safe_csv import SafeWriter

_HEADINGS = (
    "as_of",
    "segment",
    "segment_name",
    "customers",
    "share",
    "share_low",
    "share_high",
    "customers_before",
    "change",
    "share_in_training",
)


def sizes_csv(book: Overview) -> bytes:
    """One line a segment, UTF-8 as spreadsheets read it; shares from 0 to 1."""
    ranges = {share.segment: (share.low, share.high) for share in book.drift.shares.segments}
    text = io.StringIO()
    writer = SafeWriter(text)
    writer.row(_HEADINGS)
    for size in book.sizes:
        low, high = ranges[size.segment.id]
        writer.row(
            [
                book.snapshot.as_of.isoformat(),
                size.segment.id,
                size.play.name,
                size.customers,
                round(size.share, 4),
                round(low, 4),
                round(high, 4),
                size.customers_before,
                size.change,
                round(size.segment.share, 4),
            ]
        )
    return text.getvalue().encode("utf-8-sig")
