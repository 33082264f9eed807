"""A small Gmail on loopback: the token endpoint and the calls for drafts of one mailbox, moody on order.

It behaves as Google documents: a draft that is sent is deleted, and a new message with a Message-ID of Gmail's own is
delivered to anyone who its To header names; a send without a draft is a 404; errors are Google's JSON objects.

    async with GmailServer() as server:
        server.script(Hang(), "/drafts/send", after_commit=True)  # the mail goes out, the answer is lost
        settings = ... SecretUrl(server.mail_url(server.user_file(folder)))
"""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bball_tui.groupme.fake.faults import Answer, Effect, Fault, Hang, Reset, Slow, Truncated
from bball_tui.groupme.fake.serving import RESET, serve

USER = "office@westside.test"
CLIENT_ID = "1234.apps.example"
CLIENT_SECRET = "client-secret-Zq81xW"
REFRESH_TOKEN = "refresh-token-Kf93Lm"
SERVICE_EMAIL = "desk@westside-mail.example"
SCOPE = "https://www.googleapis.com/auth/gmail.compose"

# One key for the whole test run: making one takes a tenth of a second.
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Held(Slow, frozen=True):
    """The request waits, also after the client has given up, until :meth:`GmailServer.release`; then it is done."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that went out. ``message_id`` is Gmail's own; ``original_id`` is what the draft had."""

    id: str
    draft_id: str
    recipient: str
    raw: bytes
    message_id: str
    original_id: str


def error(
    status: int, message: str, reason: str, *, word: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Google's error object; ``word`` is its status, such as ``RESOURCE_EXHAUSTED``."""
    entry = {"message": message, "domain": "global", "reason": reason}
    said: dict[str, object] = {"code": status, "message": message, "errors": [entry]}
    if word:
        said["status"] = word
    content = {"content-type": "application/json; charset=UTF-8", **(headers or {})}
    return Answer(status, json.dumps({"error": said}).encode(), content)


def oauth_error(status: int, word: str, description: str) -> Answer:
    """The token endpoint's error (RFC 6749 section 5.2)."""
    return Answer(status, json.dumps({"error": word, "error_description": description}).encode())


def rate_limited(until: datetime) -> Answer:
    """429 with the moment in its text, as Gmail likes to say it."""
    moment = until.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    text = f"User-rate limit exceeded.  Retry after {moment}"
    return error(429, text, "rateLimitExceeded", word="RESOURCE_EXHAUSTED")


DAILY_LIMIT = error(403, "Daily user sending limit exceeded.", "dailyLimitExceeded")
USER_RATE = error(403, "User Rate Limit Exceeded", "userRateLimitExceeded")
RATE = error(403, "Rate Limit Exceeded", "rateLimitExceeded")
BAD_RECIPIENT = error(400, "Invalid To header", "invalidArgument", word="INVALID_ARGUMENT")
BACKEND = error(503, "The service is currently unavailable.", "backendError", word="UNAVAILABLE")
CREDENTIALS = error(401, "Invalid Credentials", "authError", word="UNAUTHENTICATED")
NOT_FOUND = error(404, "Requested entity was not found.", "notFound", word="NOT_FOUND")
REVOKED = oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
HTML_404 = Answer(404, b"<html><title>404</title>Not here</html>", {"content-type": "text/html"})


@dataclass(slots=True)
class GmailServer:
    """``drafts`` are the mailbox's drafts by id, ``sent`` what went out, ``calls`` every request in order.

    ``tokens`` are the access tokens that are good; taking one out is what the end of its hour does.
    """

    drafts: dict[str, bytes] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    expires_in: int = 3599
    url: str = ""
    _numbers: Any = field(default_factory=lambda: count(1))
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _serving: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(serve(self))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._serving.aclose()

    # -- what a test says and asks --------------------------------------------------------------------------------

    def script(
        self,
        effect: Effect,
        path: str = "",
        *,
        method: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        after_commit: bool = False,
    ) -> None:
        """Order a fault; see :class:`Fault`."""
        self.faults.append(Fault(effect, method, path, nth, times, after_commit))

    def release(self) -> None:
        """Let every held request go on."""
        self._released.set()

    def count(self, call: str) -> int:
        """How often ``POST /drafts/send`` and the like was called."""
        return sum(re.fullmatch(call, made) is not None for made in self.calls)

    async def called(self, call: str, times: int = 1) -> None:
        """Wait until ``call`` has come in ``times`` times."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: self.count(call) >= times)

    async def sent_so_far(self, mails: int) -> None:
        """Wait until so many messages went out."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= mails)

    def user_file(self, folder: Path, **other: str) -> Path:
        """Credentials of a person who gave consent."""
        content = {
            "type": "authorized_user",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "token_uri": f"{self.url}/token",
        }
        return _written(folder / "user.json", content | other)

    def service_file(self, folder: Path, **other: str) -> Path:
        """Credentials of a service account."""
        pem = _KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = {
            "type": "service_account",
            "client_email": SERVICE_EMAIL,
            "private_key_id": "key-1",
            "private_key": pem.decode(),
            "token_uri": f"{self.url}/token",
        }
        return _written(folder / "service.json", content | other)

    def mail_url(self, credentials: Path, **options: str) -> str:
        """The setting that makes the program send here."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"gmail://{USER}?credentials={quote(str(credentials))}&endpoint={self.url}{more}"

    # -- what the program gets ------------------------------------------------------------------------------------

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        method, path = scope["method"], unquote(scope["raw_path"].decode())
        short = path.removeprefix(f"/gmail/v1/users/{USER}")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = bytearray()
        while (event := await receive())["type"] == "http.request":
            body += event["body"]
            if not event["more_body"]:
                break
        self.calls.append(f"{method} {short}")
        async with self._changed:
            self._changed.notify_all()
        # Every fault counts every request, also one that another fault hits.
        hitting = [fault for fault in self.faults if fault.hits(method, short)]
        fault = hitting[0] if hitting else None
        effect: object = fault.effect if fault else None
        if isinstance(effect, Held):
            await self._released.wait()
        instead = fault is not None and not fault.after_commit and isinstance(effect, Answer | Reset | Hang)
        answer = Answer(500, b"") if instead else self._answer(method, short, headers, bytes(body))
        async with self._changed:
            self._changed.notify_all()
        if isinstance(effect, Answer):
            answer = effect
        elif isinstance(effect, Truncated):
            answer = Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        if isinstance(effect, Reset):
            await send({"type": RESET})
        elif isinstance(effect, Hang):
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await _say(send, answer)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/token":
            return self._token({name: values[0] for name, values in parse_qs(body.decode()).items()})
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return CREDENTIALS
        match method, path.strip("/").split("/"):
            case "GET", ["profile"]:
                return _success({"emailAddress": USER})
            case "POST", ["drafts"]:
                return self._create(json.loads(body)["message"]["raw"])
            case "POST", ["drafts", "send"]:
                return self._send(json.loads(body)["id"])
            case "GET", ["drafts", id_] if id_ in self.drafts:
                return _success({"id": id_, "message": {"id": f"m{id_}", "labelIds": ["DRAFT"]}})
            case "DELETE", ["drafts", id_] if id_ in self.drafts:
                del self.drafts[id_]
                return Answer(204, b"")
            case "GET" | "DELETE", ["drafts", _]:
                return NOT_FOUND
        return HTML_404

    def _token(self, form: Mapping[str, str]) -> Answer:
        match form.get("grant_type"):
            case "refresh_token":
                if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
                    return oauth_error(401, "invalid_client", "The OAuth client was not found.")
                if form["refresh_token"] != REFRESH_TOKEN:
                    return oauth_error(400, "invalid_grant", "Bad Request")
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                if not self._assertion_holds(form["assertion"]):
                    return oauth_error(400, "invalid_grant", "Invalid JWT Signature.")
            case other:
                return oauth_error(400, "unsupported_grant_type", f"Invalid grant_type: {other}")
        token = f"ya29.access-token-{next(self._numbers)}"
        self.tokens.add(token)
        return _success({"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer", "scope": SCOPE})

    def _assertion_holds(self, assertion: str) -> bool:
        head, claims, signature = assertion.split(".")
        public = _KEY.public_key()
        public.verify(_decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
        said = json.loads(_decoded(claims))
        return (
            json.loads(_decoded(head)) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
            and (said["iss"], said["sub"], said["scope"]) == (SERVICE_EMAIL, USER, SCOPE)
            and said["aud"] == f"{self.url}/token"
            and 0 < said["exp"] - said["iat"] <= 3600
        )

    def _create(self, raw: str) -> Answer:
        id_ = f"r-{next(self._numbers)}"
        self.drafts[id_] = _decoded(raw)
        return _success({"id": id_, "message": {"id": f"m{id_}", "threadId": f"t{id_}", "labelIds": ["DRAFT"]}})

    def _send(self, id_: str) -> Answer:
        if id_ not in self.drafts:
            return NOT_FOUND
        raw = self.drafts[id_]
        mail: EmailMessage = BytesParser(policy=default).parsebytes(raw)
        (address,) = mail["To"].addresses
        if address.username.startswith("nobody"):
            return BAD_RECIPIENT
        del self.drafts[id_]
        number = next(self._numbers)
        message_id = f"<CA+{number}@mail.gmail.example>"
        delivered = re.sub(rb"(?m)^Message-ID: .*?\r\n", f"Message-ID: {message_id}\r\n".encode(), raw, count=1)
        self.sent.append(Sent(f"18{number:014x}", id_, address.addr_spec, delivered, message_id, mail["Message-ID"]))
        return _success({"id": self.sent[-1].id, "threadId": "t1", "labelIds": ["SENT"]})


def _success(content: object) -> Answer:
    return Answer(200, json.dumps(content).encode())


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _written(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


async def _say(send: Any, answer: Answer) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
