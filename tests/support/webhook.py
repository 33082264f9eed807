"""A webhook on loopback that keeps what is posted to it, and answers as a test says."""

import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from bball_tui.groupme.fake.serving import RESET, serve

SECRET = "/services/T0/B0/s3cretXy"


@dataclass(frozen=True, slots=True)
class Post:
    """One request: its path, headers and JSON."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(slots=True)
class WebhookServer:
    """``status`` is the answer to each post, None breaks the connection. What is not taken is kept all the same."""

    status: int | None = 200
    location: str = ""
    posts: list[Post] = field(default_factory=list)
    root: str = ""
    _serving: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def url(self) -> str:
        """The secret link."""
        return self.root + SECRET

    async def __aenter__(self) -> Self:
        self.root = await self._serving.enter_async_context(serve(self))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._serving.aclose()

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        body = bytearray()
        while (event := await receive())["type"] == "http.request":
            body += event["body"]
            if not event["more_body"]:
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.posts.append(Post(scope["path"], headers, json.loads(bytes(body))))
        if self.status is None:
            await send({"type": RESET})
            return
        head = [(b"content-length", b"0"), *([(b"location", self.location.encode())] if self.location else [])]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": b""})
