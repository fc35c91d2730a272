"""Signed HTTP: the same payloads posted to the app's request URL, signed as Slack signs them."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bot.local_workspace.link import FAILED, TIMED_OUT, Kind
from bot.local_workspace.records import Json, Reply

FORM = "application/x-www-form-urlencoded"


class HttpMode:
    """A link to an app that listens at `request_url`."""

    connected = True

    def __init__(self, request_url: str, signing_secret: str, acknowledge_within: float) -> None:
        self._address = urlsplit(request_url)
        self._secret = signing_secret
        self._within = acknowledge_within

    def deliver(self, kind: Kind, payload: Json, retry: int = 0) -> Reply:
        """The app's reply; any status but 200 is a failure."""
        body, content_type = encoded(kind, payload)
        asked = time.monotonic()
        try:
            status, answer = self._post(
                body, {"Content-Type": content_type, **retried(kind, retry)}
            )
        except TimeoutError:
            return Reply(error=TIMED_OUT)
        except (OSError, http.client.HTTPException):
            return Reply(error=FAILED)
        if status != http.HTTPStatus.OK:
            return Reply(error=FAILED)
        return Reply(_body(answer), acknowledged_after=time.monotonic() - asked)

    def recycle(self) -> None:
        """There is no connection to renew."""

    def close(self) -> None:
        """Nobody waits longer than for one request."""

    def _post(self, body: str, about: Mapping[str, str]) -> tuple[int, str]:
        timestamp = str(int(time.time()))
        connection = http.client.HTTPConnection(self._address.netloc, timeout=self._within)
        headers = {
            **about,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        try:
            connection.request("POST", self._address.path, body.encode(), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's request signature, version v0; `timestamp` in whole seconds."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def retried(kind: Kind, retry: int) -> dict[str, str]:
    """The headers of an event that comes again; only events do so in Slack."""
    if not retry or kind != "events_api":
        return {}
    return {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}


def encoded(kind: Kind, payload: Json) -> tuple[str, str]:
    """Body and content type: a form, a form around JSON, or JSON."""
    if kind == "slash_commands":
        return urlencode(payload), FORM
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), FORM
    return json.dumps(payload), "application/json"


def _body(answer: str) -> Json:
    """The acknowledgement's body; plain text is a message's text."""
    try:
        body = json.loads(answer or "{}")
    except json.JSONDecodeError:
        return {"text": answer}
    return body if isinstance(body, dict) else {"text": answer}
