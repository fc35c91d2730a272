"""What a person is told when something went wrong, and the reference under which the log has it."""

import logging
import secrets
from typing import Final

from bot.sender import UnconfirmedError
from segmentation.errors import SegbotError

_UNCLEAR: Final = (
    "It is not known whether what you asked for arrived. Please look before you ask for it again."
)
_log = logging.getLogger(__name__)


def told(error: Exception) -> str:
    """The sentence for whoever asked; the traceback of what nobody foresaw goes to the log."""
    if isinstance(error, SegbotError):
        return str(error)
    if isinstance(error, UnconfirmedError):
        _log.warning("It is not known whether a message arrived", exc_info=error)
        return _UNCLEAR
    reference = secrets.token_hex(4)
    _log.error("Reference %s", reference, exc_info=error)
    return (
        "Something went wrong on Segbot's side. Please look whether it was done all the same, and "
        "if not, try again. "
        f"If it happens again, tell whoever runs Segbot this reference: {reference}"
    )
