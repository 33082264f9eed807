"""Serves an ASGI app on loopback over HTTP/1.1, with one liberty: the app may break the connection.

h11 is there already (httpx speaks through it), and no ready-made server lets an app reset a connection on purpose.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import unquote

import h11

Event = MutableMapping[str, Any]
App = Callable[[Mapping[str, Any], Callable[[], Awaitable[Event]], Callable[[Event], Awaitable[None]]], Awaitable[None]]

RESET = "bball.reset"
"""The event that an app sends to break the connection without an answer."""

HOST = "127.0.0.1"
ACCEPTING = 5
"""Turns of the event loop that asyncio takes to accept a connection, and one or two more."""


@asynccontextmanager
async def serve(app: App, *, port: int = 0) -> AsyncIterator[str]:
    """Serve ``app`` on 127.0.0.1 (``port`` 0: any free one) and yield its address without a slash at the end."""
    open_connections: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_Connection(app, reader, writer).run())
        open_connections.add(task)
        task.add_done_callback(open_connections.discard)
        task.add_done_callback(lambda _: writer.close())  # also if it is canceled before it begins

    server = await asyncio.start_server(accept, HOST, port)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        # What has just come in is not there yet, and asyncio would leave it open: first it comes to `accept`.
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(ACCEPTING):
            await asyncio.sleep(0)
        server.close()
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
        await server.wait_closed()


class _Connection:
    """One connection, request after request."""

    def __init__(self, app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._app = app
        self._reader = reader
        self._writer = writer
        self._h11 = h11.Connection(h11.SERVER)
        self._body_done = False

    async def run(self) -> None:
        with suppress(ConnectionError, h11.RemoteProtocolError):
            while True:
                request = await self._next()
                if not isinstance(request, h11.Request):
                    return
                self._body_done = False
                await self._app(_scope(request), self._receive, self._send)
                if self._h11.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
                    return
                self._h11.start_next_cycle()

    async def _next(self) -> object:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._h11.receive_data(await self._reader.read(65_536))

    async def _receive(self) -> Event:
        if self._body_done:
            # The body was read whole, so all that can still come is the other side's farewell.
            await self._reader.read(1)
            return {"type": "http.disconnect"}
        event = await self._next()
        if isinstance(event, h11.Data):
            return {"type": "http.request", "body": bytes(event.data), "more_body": True}
        if isinstance(event, h11.EndOfMessage):
            self._body_done = True
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.disconnect"}

    async def _send(self, event: Event) -> None:
        if event["type"] == RESET:
            # Linger 0 makes closing a reset (RST) instead of a polite end.
            sock = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self._writer.transport.abort()
            return
        if event["type"] == "http.response.start":
            self._write(h11.Response(status_code=event["status"], headers=event["headers"]))
        else:
            if event.get("body"):
                self._write(h11.Data(data=event["body"]))
            if not event.get("more_body"):
                self._write(h11.EndOfMessage())
        await self._writer.drain()

    def _write(self, event: h11.Event) -> None:
        data = self._h11.send(event)
        if data:
            self._writer.write(data)


def _scope(request: h11.Request) -> Mapping[str, Any]:
    target = request.target.decode("ascii")
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": request.http_version.decode("ascii"),
        "method": request.method.decode("ascii"),
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": list(request.headers),
        "extensions": {RESET: {}},
    }
