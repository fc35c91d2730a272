"""What a person is told when something went wrong, and the reference under which the log has it."""

import logging
import secrets

from segmentation.errors import SegbotError

_log = logging.getLogger(__name__)


def told(error: Exception) -> str:
    """The sentence for whoever asked; the traceback of what nobody foresaw goes to the log."""
    if isinstance(error, SegbotError):
        return str(error)
    reference = secrets.token_hex(4)
    _log.error("Reference %s", reference, exc_info=error)
    return (
        "Something went wrong on Segbot's side. Please look whether it was done all the same, and "
        f"if not, try again. If it happens again, tell whoever runs Segbot this reference: {reference}"
    )
