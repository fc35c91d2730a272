"""Socket Mode: envelopes to the newest socket of the app, acknowledgements back."""

import asyncio
import json
import time
import uuid
from collections import deque
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.local_workspace.link import FAILED, TIMED_OUT, Kind
from bot.local_workspace.records import Json, Reply
from bot.local_workspace.state import State


@dataclass(eq=False, slots=True)
class Socket:
    """One connection of the app; `retiring` once it was asked to connect anew."""

    loop: asyncio.AbstractEventLoop
    outgoing: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)
    retiring: bool = False

    def send(self, frame: Json | None) -> None:
        """Send a frame from any thread; None closes the socket."""
        self.loop.call_soon_threadsafe(self.outgoing.put_nowait, frame)


class SocketMode:
    """A link over WebSockets; what is sent while no socket is open waits for one."""

    def __init__(self, state: State, acknowledge_within: float) -> None:
        self._state = state
        self._within = acknowledge_within
        self._sockets: list[Socket] = []
        self._waiting: deque[Json] = deque()
        self._replies: dict[str, Future[Json]] = {}

    @property
    def connected(self) -> bool:
        return self._newest() is not None

    def deliver(self, kind: Kind, payload: Json, retry: int = 0) -> Reply:
        """The app's reply; of what goes unanswered, only events stay in the queue."""
        envelope = _envelope(kind, payload, retry)
        reply: Future[Json] = Future()
        asked = time.monotonic()
        with self._state.lock:
            if self._state.closing:
                return Reply(error=FAILED)
            self._replies[envelope["envelope_id"]] = reply
            self._send(envelope)
        try:
            body = reply.result(timeout=self._within)
        except TimeoutError:
            if kind != "events_api":
                self._withdraw(envelope)
            return Reply(error=TIMED_OUT)
        except CancelledError:
            return Reply(error=FAILED)
        finally:
            with self._state.lock:
                del self._replies[envelope["envelope_id"]]
        return Reply(body, acknowledged_after=time.monotonic() - asked)

    def recycle(self) -> None:
        with self._state.lock:
            if newest := self._newest():
                newest.retiring = True
                newest.send({"type": "disconnect", "reason": "refresh_requested"})
                self._state.changed()

    def close(self) -> None:
        with self._state.lock:
            for reply in self._replies.values():
                reply.cancel()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket until it closes; its ticket is good for this once."""
        if not self._state.tickets.redeem_socket(websocket.query_params.get("ticket", "")):
            await websocket.close(code=1008)
            return
        await websocket.accept()
        socket = Socket(asyncio.get_running_loop())
        self._attach(socket)
        sending = asyncio.create_task(_forward(socket, websocket))
        try:
            while True:
                self._acknowledge(json.loads(await websocket.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            self._detach(socket)
            sending.cancel()

    def _newest(self) -> Socket | None:
        fresh = [socket for socket in self._sockets if not socket.retiring]
        return fresh[-1] if fresh else None

    def _send(self, envelope: Json) -> None:
        if newest := self._newest():
            newest.send(envelope)
        else:
            self._waiting.append(envelope)

    def _withdraw(self, envelope: Json) -> None:
        with self._state.lock:
            if envelope in self._waiting:
                self._waiting.remove(envelope)

    def _attach(self, socket: Socket) -> None:
        with self._state.lock:
            socket.send(self._hello())
            for old in self._sockets:
                if old.retiring:
                    old.send(None)
            self._sockets.append(socket)
            while self._waiting:
                socket.send(self._waiting.popleft())
            self._state.changed()

    def _detach(self, socket: Socket) -> None:
        with self._state.lock:
            self._sockets.remove(socket)
            self._state.changed()

    def _acknowledge(self, frame: Json) -> None:
        """Hand the app's answer to whoever still waits for it."""
        with self._state.lock:
            reply = self._replies.get(frame["envelope_id"])
            if reply and not reply.done():
                reply.set_result(frame.get("payload") or {})

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._sockets) + 1,
            "connection_info": {"app_id": self._state.app.id},
            "debug_info": {"host": "local-workspace", "approximate_connection_time": 18_060},
        }


def _envelope(kind: Kind, payload: Json, retry: int) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "accepts_response_payload": kind != "events_api",
        "payload": payload,
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
    return envelope


async def _forward(socket: Socket, websocket: WebSocket) -> None:
    """Send what is put in the socket's queue, in order, until there is a None."""
    with suppress(WebSocketDisconnect):
        while (frame := await socket.outgoing.get()) is not None:
            await websocket.send_text(json.dumps(frame))
        await websocket.close()
