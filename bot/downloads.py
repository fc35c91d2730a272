"""Files from Slack: fetched with the bot's token, which goes to Slack and nowhere else."""

from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from segmentation.errors import SegbotError
from segmentation.wording import quoted

MEGABYTE: Final = 1_000_000
_SECONDS: Final = 60
_AT_A_TIME: Final = 1 << 16


class _StaysHere(HTTPRedirectHandler):
    """Follows no redirection: it would take the token along."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - urllib's own
        return None


_opener = build_opener(_StaysHere)


def fetch(client: WebClient, file_id: str, into: Path, largest_mb: int) -> None:
    """Download a file; SegbotError, in a sentence, where that is not possible."""
    try:
        file = client.files_info(file=file_id)["file"]
    except SlackApiError as error:
        raise SegbotError(
            f"Slack does not show me that file ({error.response['error']}). "
            "Send it to me in a direct message, or invite me where it is."
        ) from None
    name, address = str(file.get("name", file_id)), str(file.get("url_private_download") or "")
    if not address:
        raise SegbotError(f"{quoted(name)} is a link to a file elsewhere: send the file itself.")
    if not _is_slacks(address, client.base_url):
        raise SegbotError(f"{quoted(name)} is not kept by Slack: send the file itself.")
    check_size(name, int(file.get("size", 0)), largest_mb)
    request = Request(address, headers={"Authorization": f"Bearer {client.token}"})  # noqa: S310 - checked above
    try:
        with _opener.open(request, timeout=_SECONDS) as response, into.open("wb") as out:
            if response.headers.get_content_type() == "text/html":
                raise SegbotError(
                    "Slack asks me to sign in for that file: whoever runs Segbot should install "
                    "the app again with the scope files:read."
                )
            while chunk := response.read(_AT_A_TIME):
                out.write(chunk)
                check_size(name, out.tell(), largest_mb)
    except HTTPError as error:
        raise SegbotError(
            f"Slack did not give me {quoted(name)} ({error.code}): send it again."
        ) from None


def check_size(name: str, size: int, largest_mb: int) -> None:
    """Raise SegbotError where a file of so many bytes is too large."""
    if size > largest_mb * MEGABYTE:
        raise SegbotError(
            f"{quoted(name)} has more than {largest_mb} MB, and I take no more at once: "
            "split it into smaller files."
        )


def _is_slacks(address: str, api: str) -> bool:
    """Whether an address is in the same hands as the Web API, over as safe a connection."""
    there, known = urlsplit(address), urlsplit(api)
    domain = ".".join((known.hostname or "").split(".")[-2:])
    same = there.hostname == known.hostname or (there.hostname or "").endswith(f".{domain}")
    return there.scheme == known.scheme and same
