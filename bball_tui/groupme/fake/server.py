"""A GroupMe of our own, as an ASGI app: for tests, the demo, and a league that wants to see a plan applied safely.

It speaks what is documented and measured of the real one, moods included, and fails on request (`fault`). Nothing
in it ever leaves the machine. Use :func:`running` to have it on a loopback port::

    async with running(FakeGroupMe()) as (fake, url): ...
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from bball_tui.groupme.fake import group_routes, member_routes
from bball_tui.groupme.fake.faults import Answer, Effect, Fault, Hang, Reset, Slow, Truncated
from bball_tui.groupme.fake.http import Behavior, Call, Refused, Reply, Route
from bball_tui.groupme.fake.journal import Journal
from bball_tui.groupme.fake.serving import RESET, serve
from bball_tui.groupme.fake.state import User, World

# ASGI's own types: the events are plain dictionaries by definition.
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

ROUTES: tuple[Route, ...] = (*group_routes.ROUTES, *member_routes.ROUTES)
NO_PATH = "The requested path does not exist"


class Request(Struct, frozen=True):
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class FakeGroupMe:
    """The app and the handle of the person who runs it: ``world``, ``behavior``, ``journal`` and :meth:`fault`."""

    def __init__(self, world: World | None = None, behavior: Behavior | None = None) -> None:
        self.world = world or World()
        self.behavior = behavior or Behavior()
        self.journal = Journal()
        self.faults: list[Fault] = []

    def fault(
        self,
        effect: Effect,
        *,
        method: str | None = None,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
        after_commit: bool = False,
    ) -> Fault:
        """Order a fault, see :class:`Fault`; returns it, for :meth:`list.remove` on ``faults``."""
        fault = Fault(effect, method, path, nth, times, after_commit)
        self.faults.append(fault)
        return fault

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI 3. Of the protocols only HTTP is spoken."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        request = await _read(scope, receive)
        effect, answer = self.respond(request)
        if isinstance(effect, Reset):
            await send({"type": RESET})
            return
        if isinstance(effect, Hang):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        pause = 0.0
        if isinstance(effect, Slow):
            await asyncio.sleep(effect.headers)
            pause = effect.body
        await _send(send, answer, pause)

    def respond(self, request: Request) -> tuple[Effect | None, Answer]:
        """The answer to one request, and the fault that overrides it, if one was ordered."""
        # Every fault counts every request, also one that another fault hits.
        hitting = [fault for fault in self.faults if fault.hits(request.method, request.path)]
        fault = hitting[0] if hitting else None
        user, auth = self._sender(request)
        body = _json(request.body)
        if fault is not None and not fault.after_commit and isinstance(fault.effect, Answer | Reset | Hang):
            answer = fault.effect if isinstance(fault.effect, Answer) else Answer(500, b"")
        else:
            answer = self._handled(request, user, body)
            if fault is not None and isinstance(fault.effect, Answer):
                answer = fault.effect
            elif fault is not None and isinstance(fault.effect, Truncated):
                answer = Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        effect = fault.effect if fault is not None else None
        silent = isinstance(effect, Reset | Hang)
        self.journal.note(request.method, request.path, auth, body, None if silent else answer.status)
        return effect, answer

    def _sender(self, request: Request) -> tuple[User | None, str]:
        if token := request.headers.get("x-access-token"):
            return self.world.user_by_token(token), "header"
        if token := request.query.get("token") or request.query.get("access_token"):
            return self.world.user_by_token(token), "query"
        return None, "none"

    def _handled(self, request: Request, user: User | None, body: object) -> Answer:
        try:
            return self._success(self._route(request, user, body))
        except Refused as refused:
            code = refused.code or refused.status * (100 if self.behavior.five_digit_codes else 1)
            envelope = {"meta": {"code": code, "errors": refused.errors}, "response": None}
            return Answer(refused.status, json.dumps(envelope).encode())

    def _route(self, request: Request, user: User | None, body: object) -> Reply:
        if request.path == "/pictures" and request.method == "POST":
            if user is None:
                raise Refused(401, "unauthorized")
            picture = f"https://i.groupme.com/{len(request.body)}x1.jpeg.fake"
            return Reply(200, {"payload": {"url": picture, "picture_url": picture}}, bare=True)
        version, _, rest = request.path.removeprefix("/").partition("/")
        found = [(entry, entry.pattern.fullmatch("/" + rest)) for entry in ROUTES if version in entry.versions]
        matching = [(entry, match) for entry, match in found if match is not None]
        if not matching:
            raise Refused(404, NO_PATH)
        if user is None:
            raise Refused(401, "unauthorized")
        for entry, match in matching:
            if entry.method == request.method:
                content = body if isinstance(body, dict) else {}
                return entry.handler(
                    Call(self.world, self.behavior, user, request.query, content, match.groupdict(), version)
                )
        raise Refused(405, "method not allowed")

    def _success(self, reply: Reply) -> Answer:
        if reply.empty:
            return Answer(reply.status, b"")
        if reply.bare:
            return Answer(reply.status, json.dumps(reply.response).encode())
        code = reply.code or reply.status * (100 if self.behavior.five_digit_codes else 1)
        meta: dict[str, object] = {"code": code}
        if self.behavior.errors_on_success != "absent":
            meta["errors"] = None if self.behavior.errors_on_success == "null" else []
        return Answer(reply.status, json.dumps({"response": reply.response, "meta": meta}).encode())


@asynccontextmanager
async def running(fake: FakeGroupMe, *, port: int = 0) -> AsyncIterator[tuple[FakeGroupMe, str]]:
    """``fake`` on a loopback port (0: any free one) with its address, for the length of the block."""
    async with serve(fake, port=port) as url:
        yield fake, url


async def _read(scope: Mapping[str, Any], receive: Receive) -> Request:
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            break
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=bytes(body),
    )


async def _send(send: Send, answer: Answer, pause: float) -> None:
    headers = {"cache-control": "must-revalidate, max-age=0", **answer.headers}
    if answer.status != 304:
        headers["content-length"] = str(len(answer.body))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
    )
    if pause:
        half = len(answer.body) // 2
        await send({"type": "http.response.body", "body": answer.body[:half], "more_body": True})
        await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": answer.body[half:]})
    else:
        await send({"type": "http.response.body", "body": answer.body})


def _json(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
