"""Posts a message to a webhook. Its URL is a secret: no error of httpx, whose request carries it, leaves this file."""

import logging
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from bball_tui import __version__
from bball_tui.certificates import authorities
from bball_tui.delivery.alerts.message import Message
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.safe_values import is_loopback
from bball_tui.settings import SecretLink, WebhookFormat

TIMEOUT = 10.0
LARGEST = 1_800
"""Characters of text: Discord takes 2000."""
HOSTS: dict[str, WebhookFormat] = {
    "hooks.slack.com": "slack",
    "discord.com": "discord",
    "discordapp.com": "discord",
    "ntfy.sh": "ntfy",
}


def format_of(webhook: SecretLink, chosen: WebhookFormat | None) -> WebhookFormat:
    """What ``webhook`` is sent: as it was chosen, else as its host wants it, else plain JSON."""
    return chosen or HOSTS.get((_parts(webhook).hostname or "").lower(), "json")


def checked(webhook: SecretLink) -> SecretLink:
    """``webhook`` if it can be one.

    Raises:
        BballError: it is no https link (http on this machine). The message never repeats it.
    """
    _parts(webhook)
    return webhook


def _parts(webhook: SecretLink) -> SplitResult:
    try:
        parts = urlsplit(webhook.reveal())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise BballError(
            _("The webhook for alerts isn't an https link. Copy it whole from the service that is to get the alerts.")
        )
    return parts


def _plain(message: Message) -> str:
    text = f"{message.title}\n\n{message.text}" if message.parts else message.text
    return text if len(text) <= LARGEST else f"{text[: LARGEST - 1]}…"


def _slack(message: Message, _: SplitResult) -> dict[str, Any]:
    # https://docs.slack.dev/messaging/formatting-message-text: these three are its control characters.
    text = _plain(message).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False}


def _discord(message: Message, _: SplitResult) -> dict[str, Any]:
    # Without it a league's name could call everybody.
    return {"content": _plain(message), "allowed_mentions": {"parse": []}}


def _ntfy(message: Message, parts: SplitResult) -> dict[str, Any]:
    return {
        "topic": parts.path.strip("/"),
        "title": message.title,
        "message": _plain(message),
        "priority": 4 if message.urgent else 3,
        "tags": ["warning" if message.urgent else "white_check_mark"],
    }


def _json(message: Message, _: SplitResult) -> dict[str, Any]:
    return {
        "league": message.slug,
        "title": message.title,
        "text": message.text,
        "alerts": [
            {
                "cause": part.cause,
                "stage": part.stage,
                "count": 0 if part.finding is None else part.finding.count,
                "since": None if part.finding is None else part.finding.since.isoformat(),
                "headline": part.headline,
                "lines": list(part.lines),
            }
            for part in message.parts
        ],
    }


_BODIES: dict[WebhookFormat, Callable[[Message, SplitResult], dict[str, Any]]] = {
    "slack": _slack,
    "discord": _discord,
    "ntfy": _ntfy,
    "json": _json,
}


async def post(
    webhook: SecretLink, chosen: WebhookFormat | None, message: Message, *, trust: ssl.SSLContext | None = None
) -> str | None:
    """Post ``message``; returns None when it was taken, else a sentence why not, which never holds the URL.

    ``trust`` None: the certificates that this computer trusts.
    """
    # At INFO and DEBUG these two tell whole URLs to whoever set up logging.
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    try:
        parts = _parts(webhook)
    except BballError as error:
        return str(error)
    kind = format_of(webhook, chosen)
    # ntfy takes JSON at the root of the server, and the topic in it.
    url = parts._replace(path="/").geturl() if kind == "ntfy" else webhook.reveal()
    body = _BODIES[kind](message, parts)
    local = is_loopback(parts.hostname or "")
    try:
        async with (
            httpx.AsyncClient(
                timeout=TIMEOUT,
                verify=trust or authorities(local=local),
                # A redirect would carry the message to a host that nobody chose.
                follow_redirects=False,
                trust_env=not local,
                headers={"User-Agent": f"bball-tui/{__version__}"},
            ) as client,
            client.stream("POST", url, json=body) as answer,
        ):
            if answer.is_success:
                return None
            return _("The webhook at {hostname} answered with {status_code}.").format(
                hostname=parts.hostname, status_code=answer.status_code
            )
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        return _("The webhook at {hostname} cannot be reached ({name}).").format(
            hostname=parts.hostname, name=type(error).__name__
        )
