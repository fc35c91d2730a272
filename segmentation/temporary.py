"""Temporary files, in which large portfolios are checked and sorted."""

from io import RawIOBase
from tempfile import gettempdir

from segmentation.errors import SegbotError


def put(file: RawIOBase, data: bytes | memoryview) -> None:
    """Write all of `data`, which a full disk may take a part of; SegbotError says what to do."""
    left = memoryview(data).cast("B")
    try:
        while left:
            left = left[file.write(left) or 0 :]
    except OSError as error:
        raise SegbotError(
            f"The temporary folder {gettempdir()} takes no more ({error.strerror}). A million "
            "customers need up to 0.2 GB there: make room, or set TMPDIR to a folder that has it."
        ) from None
