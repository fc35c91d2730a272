"""The bytes of files at `url_private`: for the app's token with `files:read`, else a login page."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.local_workspace.files_api import open_to_app
from bot.local_workspace.state import State

# Slack does not say 401 or 403 here: whoever brings no good token is sent to a page to sign in.
LOGIN = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"
)


class PrivateFiles:
    """The endpoints behind `url_private` and `url_private_download`."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/files-pri/{key}/{name}", self.file),
            Route("/files-pri/{key}/download/{name}", self.file),
        ]

    async def file(self, request: Request) -> Response:
        file_id = request.path_params["key"].rpartition("-")[2]
        if broken := self._state.outages.answer("url_private"):
            return broken.response
        if not self._is_app(request.headers.get("authorization", "")):
            return HTMLResponse(LOGIN)
        with self._state.lock:
            file = self._state.files.get(file_id)
            if file is None or file.content is None or not open_to_app(self._state, file):
                return Response(status_code=404)
            return Response(file.content, media_type=file.mimetype)

    def _is_app(self, authorization: str) -> bool:
        app = self._state.app
        if authorization != f"Bearer {self._state.bot_token}":
            return False
        if "files:read" not in app.scopes:
            self._state.problem("url_private: the manifest lacks the scope `files:read`")
            return False
        return True
