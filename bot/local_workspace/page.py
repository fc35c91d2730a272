"""The page's own endpoints: what a member sees as JSON, what they do, and a stream of changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.local_workspace import composer, files_api, interactions, modals
from bot.local_workspace.errors import SlackError
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.file_json import page_file
from bot.local_workspace.page_state import page_state
from bot.local_workspace.records import Greeting, Json, Member

PAGE_BYTES = 50_000_000
STATIC = Path(__file__).parent / "static"


class FreshFiles(StaticFiles):
    """Files that a browser asks for anew, so that old and new scripts never mix."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - Starlette's
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Page:
    """The endpoints behind the page."""

    def __init__(self, exchange: Exchange, greeting: Greeting) -> None:
        self._exchange = exchange
        self._state = exchange.state
        self._greeting = greeting

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.index),
            Mount("/static", FreshFiles(directory=STATIC)),
            Route("/page/state", self.state),
            Route("/page/events", self.events),
            Route("/page/send", self.send, methods=["POST"]),
            Route("/page/upload", self.upload, methods=["POST"]),
            Route("/page/action", self.action, methods=["POST"]),
            Route("/page/submit", self.submit, methods=["POST"]),
            Route("/page/close", self.close, methods=["POST"]),
            Route("/page/shortcut", self.shortcut, methods=["POST"]),
            Route("/page/home_opened", self.home_opened, methods=["POST"]),
            Route("/files/{id}/{name}", self.file),
        ]

    async def index(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def state(self, request: Request) -> Response:
        with self._state.lock:
            member = self._state.members.get(request.query_params.get("member", ""))
            seen = page_state(self._exchange, member or next(iter(self._state.members.values())))
            return JSONResponse({**seen, "greeting": self._greeting.shown})

    async def events(self, _request: Request) -> Response:
        return StreamingResponse(
            self._revisions(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache"},
        )

    async def send(self, request: Request) -> Response:
        return await self._done(request, self._send)

    async def upload(self, request: Request) -> Response:
        """A file that a member picked, as raw bytes; it is sent or submitted later by its id."""
        asked = request.query_params
        if int(request.headers.get("content-length", 0)) > PAGE_BYTES:
            return JSONResponse({"ok": False, "error": "This page takes files of up to 50 MB."})
        content = await request.body()
        try:
            member = self._state.member(asked["member"])
            file = files_api.member_file(self._state, member.id, asked["name"], content)
        except SlackError as refusal:
            return JSONResponse(refusal.response)
        return JSONResponse({"ok": True, "file": page_file(file)})

    async def action(self, request: Request) -> Response:
        return await self._done(request, self._act)

    async def submit(self, request: Request) -> Response:
        return await self._done(request, self._submit)

    async def close(self, request: Request) -> Response:
        return await self._done(request, self._close)

    async def shortcut(self, request: Request) -> Response:
        return await self._done(request, self._use_shortcut)

    async def home_opened(self, request: Request) -> Response:
        return await self._done(request, self._open_tab)

    async def file(self, request: Request) -> Response:
        """The bytes of a file; any name does, so that blocks can show it by id alone."""
        file = self._state.files.get(request.path_params["id"])
        if file is None or file.content is None:
            return Response(status_code=404)
        return Response(
            file.content,
            media_type=file.mimetype,
            headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
        )

    async def _done(self, request: Request, do: Callable[[Json, Member], Json]) -> Response:
        """Do what a member asks, in a thread of its own, for the app may take its time."""
        body = await request.json()
        try:
            member = self._state.member(body["member"])
            return JSONResponse(await run_in_threadpool(do, body, member))
        except SlackError as refusal:
            return JSONResponse(refusal.response)

    def _send(self, body: Json, member: Member) -> Json:
        channel = self._state.channel(body["channel"])
        files = [self._state.files[file_id] for file_id in body.get("files", ())]
        sent = composer.send(
            self._exchange, member, channel, body["text"], body.get("thread_ts"), files
        )
        return _ok(sent.error)

    def _act(self, body: Json, member: Member) -> Json:
        acted = interactions.act(self._exchange, member, body["source"], body, body.get("state"))
        return _ok(acted.error)

    def _submit(self, body: Json, member: Member) -> Json:
        came = modals.submit(self._exchange, member, body["view_id"], body["state"])
        if came.errors:
            return {"ok": False, "errors": dict(came.errors)}
        return _ok(came.error)

    def _close(self, body: Json, member: Member) -> Json:
        everything = body.get("everything", False)
        modals.close(self._exchange, member, body["view_id"], everything=everything)
        return _ok(None)

    def _use_shortcut(self, body: Json, member: Member) -> Json:
        callback_id = body["callback_id"]
        if "ts" not in body:
            used = interactions.use_global_shortcut(
                self._exchange, member, callback_id, body.get("in_view")
            )
        else:
            used = interactions.use_shortcut(
                self._exchange, member, body["channel"], body["ts"], callback_id
            )
        return _ok(used.error)

    def _open_tab(self, body: Json, member: Member) -> Json:
        opened = interactions.open_home(self._exchange, member, body.get("tab", "home"))
        return _ok(opened.error)

    async def _revisions(self) -> AsyncIterator[str]:
        """The revision now, and again after each change, until the workspace closes."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(news.set)

        with self._state.lock:
            self._state.listeners.add(tell)
        try:
            while not self._state.closing:
                news.clear()
                yield f"data: {json.dumps({'revision': self._state.revision})}\n\n"
                await news.wait()
        finally:
            with self._state.lock:
                self._state.listeners.discard(tell)


def _ok(error: str | None) -> Json:
    return {"ok": False, "error": error} if error else {"ok": True}
