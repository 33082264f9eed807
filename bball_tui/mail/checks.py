"""Looks at a finished mail the way a careful colleague would, before anybody gets it.

Only what can be seen in the bytes themselves and in the context; nothing is fetched.
"""

import re
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from bball_tui.language import _, later
from bball_tui.mail.context import MessageContext
from bball_tui.mail.languages import ENGLISH
from bball_tui.mail.render import RenderedMessage
from bball_tui.mail.safe_values import LOCAL_SENDER, contrast
from bball_tui.mail.templates import packaged
from bball_tui.mail.variables import variables

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

CLIPPED_BYTES = 102_400
"""Gmail shows the rest of a longer HTML part only on request."""

VISIBLE_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.11: what a button's shape needs against the white page around it."""


class Code(StrEnum):
    """What a warning is about; a preview groups by it."""

    MISSING = "missing"
    LEFTOVER = "leftover"
    LINK = "link"
    IMAGE = "image"
    REMOTE = "remote"
    CONTRAST = "contrast"
    SIZE = "size"
    SENDER = "sender"
    CHAT = "chat"
    TEMPLATE = "template"
    ACTIVE = "active"


class MailWarning(Struct, frozen=True):
    """One thing to look at; ``text`` is a finished sentence. A warning never stops a mail.

    ``note``: good to know, and nothing to fix, as it is the same for every mail of the league.
    """

    code: Code
    text: str
    note: bool = False


class Parts(Struct, frozen=True):
    """The two alternatives of a mail as a reader shows them, and its decoded From address."""

    text: str
    html: str
    sender: str


def parts(mime: bytes) -> Parts:
    """Read a frozen mail back; a part that is not there is empty."""
    # The older policy: the newer one takes ten times as long, and a check reads every mail of a queue.
    message = message_from_bytes(mime)
    found: dict[str, str] = {}
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            text = content.decode(part.get_content_charset("utf-8"), "replace")
            found.setdefault(part.get_content_type(), text.replace("\r\n", "\n"))
    sender = str(make_header(decode_header(str(message["From"] or ""))))
    return Parts(found.get("text/plain", ""), found.get("text/html", ""), sender)


def check(message: RenderedMessage, context: MessageContext) -> tuple[MailWarning, ...]:
    """All warnings about ``message``, which was rendered from ``context``."""
    mail = parts(message.mime)
    page = _Page(mail.html)
    found = [
        *(MailWarning(Code.TEMPLATE, notice) for notice in message.notices),
        *_facts(context),
        *_leftovers(message.subject, mail, page),
        *_links(page, mail, context),
        *_look(page, mail, context),
    ]
    if LOCAL_SENDER in mail.sender:
        found.append(
            MailWarning(
                Code.SENDER,
                _("The league has no From address yet. E-mail can only stay on this machine until it has one."),
            )
        )
    return tuple(dict.fromkeys(found))


def _facts(context: MessageContext) -> list[MailWarning]:
    may_be_empty = {"player", "guardian", *context.facts.may_be_empty}  # those two are made of others
    # Which day it is makes nothing empty.
    values = variables(context, ENGLISH, packaged().words(ENGLISH), can_reply=True, today=date.min)
    found = [
        MailWarning(Code.MISSING, _("The {variable} is empty.").format(variable=name.replace("_", " ")))
        for name, value in values.items()
        if value == "" and name not in may_be_empty
    ]
    if context.facts.chat_button and context.chat_url is None:
        sentence = later("The team has no chat link yet, so the e-mail has no button to join.")
        found.append(MailWarning(Code.CHAT, sentence))
    return found


_LEFTOVERS = ("{{", "}}", "{%", "%}", "<mj-", "</mj-", "{#")
_NOTHING = re.compile(r"\b(None|undefined|NaN)\b")


def _leftovers(subject: str, mail: Parts, page: "_Page") -> list[MailWarning]:
    seen = "\n".join((subject, mail.text, page.words))
    found = [
        MailWarning(Code.LEFTOVER, _("The e-mail shows {mark!r}, a piece of its template.").format(mark=mark))
        for mark in _LEFTOVERS
        if mark in seen or (mark.startswith("<") and mark in mail.html)
    ]
    found += [
        MailWarning(Code.LEFTOVER, _("The e-mail says {word!r} where something is missing.").format(word=word))
        for word in sorted(set(_NOTHING.findall(seen)))
    ]
    return found


def _links(page: "_Page", mail: Parts, context: MessageContext) -> list[MailWarning]:
    brand = context.brand
    known = {_target(url)[1] for url in (context.chat_url, brand.logo_url) if url}
    known |= {mail.rpartition("@")[2].lower() for mail in (brand.from_email, brand.reply_to) if mail}
    found: list[MailWarning] = []
    for url in (*page.links, *_TEXT_LINKS.findall(mail.text)):
        scheme, host = _target(url)
        if scheme == "mailto":
            continue
        if url.strip() in ("", "#"):
            found.append(MailWarning(Code.LINK, _("The e-mail has a link that leads nowhere.")))
        elif scheme != "https":
            found.append(MailWarning(Code.LINK, _("The link {url} is not https.").format(url=url)))
        elif not _among(host, known):
            found.append(
                MailWarning(
                    Code.LINK, _("The link {url} leads to a host that the league does not use.").format(url=url)
                )
            )
    for url in page.remote:
        if url == brand.logo_url:
            text = _(
                "The logo is loaded from {url} when the e-mail is opened; the league's name stands there if it is not."
            ).format(url=url)
            found.append(MailWarning(Code.REMOTE, text, note=True))
        elif _target(url)[0] != "https" or not _among(_target(url)[1], known):
            found.append(MailWarning(Code.REMOTE, _("The e-mail loads {url} from elsewhere.").format(url=url)))
    return found


def _target(url: str) -> tuple[str, str | None]:
    try:
        return urlsplit(url).scheme, urlsplit(url).hostname
    except ValueError:
        return "", None


def _among(host: str | None, known: set[str | None]) -> bool:
    """Whether ``host`` is one of ``known``, or below one: the league's site may be www.league.org."""
    return host is not None and any(one and (host == one or host.endswith("." + one)) for one in known)


def _look(page: "_Page", mail: Parts, context: MessageContext) -> list[MailWarning]:
    found = [
        MailWarning(Code.IMAGE, _("The image {source} has no words for those who cannot see it.").format(source=source))
        for source in page.images_without_alt
    ]
    found += [
        MailWarning(
            Code.ACTIVE,
            _("The e-mail has a <{tag}>. Mail programs take it out, or take it for a fraud.").format(tag=tag),
        )
        for tag in page.active
    ]
    if not page.words.strip():
        found.append(MailWarning(Code.TEMPLATE, _("The HTML part shows nothing at all.")))
    # The words on the button are readable on any color, see values.text_color_on.
    ratio = contrast(context.brand.brand_color, "#ffffff")
    if ratio < VISIBLE_CONTRAST:
        found.append(
            MailWarning(
                Code.CONTRAST,
                _(
                    "The brand color {brand_color} is so pale that the button hardly stands out from the "
                    "white page ({ratio:.1f} to 1, wanted {visible_contrast:.0f})."
                ).format(brand_color=context.brand.brand_color, ratio=ratio, visible_contrast=VISIBLE_CONTRAST),
            )
        )
    size = len(mail.html.encode())
    if size > CLIPPED_BYTES:
        found.append(
            MailWarning(
                Code.SIZE,
                _("The e-mail has {size:,} bytes; Gmail cuts it after {clipped_bytes:,}.").format(
                    size=size, clipped_bytes=CLIPPED_BYTES
                ),
            )
        )
    return found


class _Page:
    """Collects what the checks look at; the content of style sheets and comments is not text."""

    def __init__(self, html: str) -> None:
        from selectolax.lexbor import LexborHTMLParser  # two megabytes that few programs need

        tree = LexborHTMLParser(html)
        self.links = [_value(link, "href") for link in tree.css("a[href]")]
        pictures = tree.css("img")
        self.images_without_alt = [
            _value(picture, "src") or _("(without a source)")
            for picture in pictures
            if not _value(picture, "alt").strip()
        ]
        self.active = sorted({node.tag or "" for node in tree.css(_ACTIVE)})
        self.remote = [_value(node, "src") for node in tree.css("[src]") if _value(node, "src")]
        self.remote += [_value(node, "href") for node in tree.css("link[href]")]
        for node in tree.css("[style]"):
            self.remote += _URLS.findall(_value(node, "style"))
        for sheet in tree.css("style"):
            self.remote += _URLS.findall(sheet.text()) + _IMPORTS.findall(sheet.text())
        tree.strip_tags(["style", "script"])
        self.words = "" if tree.root is None else tree.root.text(separator=" ")


_ACTIVE = "script, form, input, iframe, object, embed, video, audio, base, meta[http-equiv=refresh]"


def _value(node: "LexborNode", name: str) -> str:
    return node.attributes.get(name) or ""


_URLS = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_TEXT_LINKS = re.compile(r"https?://[^\s<>\"]+")
_IMPORTS = re.compile(r"@import\s+['\"]([^'\"]+)")
