"""The page that asks a member to install the app, and where its two buttons lead."""

from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.local_workspace import oauth
from bot.local_workspace.errors import SlackError
from bot.local_workspace.records import Json
from bot.local_workspace.state import State

# The form's answer leads on to the app, wherever that is.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self' http: https:"
)
FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css"><link rel="stylesheet" href="/static/blocks.css">
<link rel="stylesheet" href="/static/oauth.css">
</head>
<body class="consent"><main>{content}</main></body>
</html>
"""


class OAuthPages:
    """The endpoints that a browser visits while the app is installed."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/v2/authorize", self.authorize),
            Route("/page/oauth", self.answer, methods=["POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """Ask a member, once the request is one that Slack would put to them."""
        try:
            asked = self._checked(dict(request.query_params))
        except SlackError as refusal:
            return _went_wrong(refusal)
        return _page(f"Install {self._state.app.name}", self._question(asked))

    async def answer(self, request: Request) -> Response:
        """Lead back to the app: with a code, or with `access_denied`."""
        given = dict(parse_qsl((await request.body()).decode()))
        try:
            asked = self._checked(given)
            member = self._state.member(given.get("member", ""))
        except SlackError as refusal:
            return _went_wrong(refusal)
        address = asked["redirect_uri"]
        result = {"error": "access_denied"}
        if given.get("answer") == "allow":
            result = {"code": oauth.grant(self._state, member.id, address, asked["scope"])}
        query = urlencode({**result, "state": asked.get("state", "")})
        joint = "&" if "?" in address else "?"
        return RedirectResponse(f"{address}{joint}{query}", status_code=302)

    def _checked(self, asked: Json) -> Json:
        """The request with its redirect_uri; raises SlackError where Slack shows an error page."""
        app = self._state.app
        if asked.get("client_id") != app.client_id:
            raise SlackError("invalid_client_id")
        scopes = _scopes(asked)
        if not scopes or set(scopes) - app.scopes:
            raise SlackError("invalid_scope", given=asked.get("scope", ""))
        address = asked.get("redirect_uri") or next(iter(app.redirect_urls), "")
        if not any(_is_below(address, known) for known in app.redirect_urls):
            raise SlackError("bad_redirect_uri", given=address)
        return {**asked, "redirect_uri": address}

    def _question(self, asked: Json) -> str:
        name = escape(self._state.app.name)
        scopes = "".join(f"<li><code>{escape(each)}</code></li>" for each in _scopes(asked))
        people = "".join(
            f'<option value="{escape(each.id)}">{escape(each.name)}</option>'
            for each in self._state.members.values()
            if not each.deleted
        )
        kept = "".join(
            f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
            for key, value in asked.items()
        )
        return (
            '<img src="/static/icon.svg" alt="">'
            f"<h1>{name} asks for permission to access this workspace</h1>"
            f"<p>What will {name} be able to do?</p><ul>{scopes}</ul>"
            f'<form method="post" action="/page/oauth">{kept}'
            '<label for="member">You are</label>'
            f'<select class="field" id="member" name="member">{people}</select>'
            '<footer><button class="button" name="answer" value="cancel">Cancel</button>'
            '<button class="button primary" name="answer" value="allow">Allow</button></footer>'
            "</form>"
        )


def _scopes(asked: Json) -> list[str]:
    return [scope for scope in asked.get("scope", "").split(",") if scope]


def _is_below(address: str, known: str) -> bool:
    """Whether an address is a known one, or stands below it."""
    return address == known or address.startswith((f"{known.rstrip('/')}/", f"{known}?"))


def _went_wrong(refusal: SlackError) -> Response:
    sentence = f"<h1>Something went wrong</h1><p>{escape(str(refusal))}</p>"
    return _page("Something went wrong", sentence, status=400)


def _page(title: str, content: str, status: int = 200) -> Response:
    page = FRAME.format(title=escape(title), content=content)
    return HTMLResponse(page, status, {"Content-Security-Policy": POLICY})
