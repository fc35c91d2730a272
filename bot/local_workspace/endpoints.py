"""Where the workspace answers: the Web API, response urls, uploads, the socket, the page."""

from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.local_workspace import files_api, oauth, web_api
from bot.local_workspace.errors import SlackError
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.guard import LoopbackOnly
from bot.local_workspace.oauth_pages import OAuthPages
from bot.local_workspace.page import Page
from bot.local_workspace.private_files import PrivateFiles
from bot.local_workspace.socket_mode import SocketMode


def endpoints(exchange: Exchange, socket_mode: SocketMode, page: Page) -> Starlette:
    """Everything that is served at the workspace's address, to this machine only."""
    to_app = AppEndpoints(exchange)
    return Starlette(
        routes=[
            Route("/api/{method}", to_app.call, methods=["GET", "POST"]),
            Route("/hooks/{secret}", to_app.hook, methods=["POST"]),
            Route("/upload/{id}", to_app.upload, methods=["GET", "POST"]),
            WebSocketRoute("/link/", socket_mode.serve),
            *OAuthPages(exchange.state).routes,
            *PrivateFiles(exchange.state).routes,
            *page.routes,
        ],
        middleware=[Middleware(LoopbackOnly, port=urlsplit(exchange.state.url).port or 80)],
    )


class AppEndpoints:
    """What the app calls."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._state = exchange.state

    async def call(self, request: Request) -> Response:
        """A method of the Web API."""
        arguments = web_api.arguments_of(
            request.headers.get("content-type", ""), await request.body(), request.query_params
        )
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            arguments |= oauth.client_of(secret)
        given = str(arguments.pop("token", ""))
        token = secret if kind == "Bearer" else given
        method = request.path_params["method"]
        answer = web_api.answer(self._state, method, token, arguments)
        response = answer.response
        if method == "auth.revoke" and answer.body["ok"]:
            response.background = BackgroundTask(oauth.tell_uninstalled, self._exchange)
        response.headers["x-oauth-scopes"] = ",".join(sorted(self._state.app.scopes))
        return response

    async def hook(self, request: Request) -> Response:
        """A response_url."""
        if broken := self._state.outages.answer("response_url"):
            return broken.response
        error = self._exchange.respond(
            request.path_params["secret"], await request.json(), by="response_url"
        )
        if error:
            return JSONResponse({"ok": False, "error": error}, status_code=404)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """The bytes of a file that the app has announced."""
        content = files_api.uploaded(request.headers.get("content-type", ""), await request.body())
        if broken := self._state.outages.answer("upload"):
            return broken.response
        try:
            files_api.receive(self._state, request.path_params["id"], content)
        except SlackError as refusal:
            self._state.problem(f"upload: {refusal}")
            return PlainTextResponse(str(refusal), status_code=400)
        return PlainTextResponse(f"OK - {len(content)}")
