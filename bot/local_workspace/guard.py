"""Who may talk to the workspace: this machine, and for the page's doings only the page itself."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class LoopbackOnly:
    """Refuse any other Host, so that no web site can reach in by renaming itself to 127.0.0.1.

    What members do (POST below /page/) must come from this origin as well. A socket is let
    through: its ticket is a secret, and the SDK names the host without the port.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" or self._is_from_here(scope):
            await self._app(scope, receive, send)
        else:
            refusal = PlainTextResponse("This workspace answers this machine only.", 403)
            await refusal(scope, receive, send)

    def _is_from_here(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host = headers.get("host")
        if scope["method"] == "POST" and scope["path"].startswith("/page/"):
            return host in self._hosts and headers.get("origin") == f"http://{host}"
        return host in self._hosts
