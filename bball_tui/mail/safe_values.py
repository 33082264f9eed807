"""Makes values safe before they meet a template or a header: text, colors, links, addresses.

Neither Jinja nor MJML protects an ``href`` or a style sheet, and nothing protects a header, so what goes there is
checked here first. Everything is pure.
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from bball_tui.errors import BballError
from bball_tui.language import _

LOCAL_SENDER = "no-reply@league.invalid"
"""For mail that is only written into a folder; ``.invalid`` can never be anybody's address (RFC 2606)."""


class RenderError(BballError):
    """A mail cannot be written as it stands; sending it again would change nothing until somebody fixes it."""


# C0, DEL, C1, bidi controls (Unicode UAX #9), line and paragraph separators, byte order mark, lone surrogates and
# non-characters: none of them belongs in a name, and MJML, headers or terminals choke on them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# RFC 3986 without the characters that could end an attribute or a style: quotes, < >, backslash, braces, spaces.
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]*)?")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ASCII_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?P<host>[A-Za-z0-9.-]+)")


def one_line(text: str) -> str:
    """``text`` on one line, without control characters, its white space folded to single spaces."""
    # split() treats every line break of Unicode (NEL, LS, PS, VT, FF too) as white space.
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_UNWANTED.sub("", text).split())


def typed_line(text: str) -> str:
    """What somebody typed, on one line, its white space folded; empty where there is nothing to see.

    Raises:
        BballError: it holds a character that :func:`one_line` would take out without a word.
    """
    found = _UNWANTED.search(text)
    if found is not None and one_line(text):
        code, shown = f"U+{ord(found[0]):04X}", " ".join(_UNWANTED.sub("\N{REPLACEMENT CHARACTER}", text).split())
        raise BballError(
            _("“{value}” holds a character that no one can see ({code}). Type it again without it.").format(
                value=f"{shown[:59]}…" if len(shown) > 60 else shown, code=code
            )
        )
    return one_line(text)


def color(value: str) -> str:
    """A ``#rrggbb`` color in lower case.

    Raises:
        RenderError: it is anything else.
    """
    if not _COLOR.fullmatch(value):
        raise RenderError(
            _("The brand color {value!r} is no color. Write it as #rrggbb, for example #c2410c.").format(
                value=one_line(value)[:40]
            )
        )
    return value.lower()


def language_tag(value: str) -> str:
    """A language tag (RFC 5646) in lower case, such as ``en``, ``es`` or ``es-mx``.

    Raises:
        RenderError: it is anything else.
    """
    tag = one_line(value).replace("_", "-").lower()
    if not _LANGUAGE.fullmatch(tag):
        raise RenderError(
            _("{value!r} is no language. Write it as en, es, fr or es-mx.").format(value=one_line(value)[:40])
        )
    return tag


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colors, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=256)  # an e-mail asks for those of its league, over and over
def text_color_on(background: str) -> str:
    """White or near-black, whichever is easier to read; at least one reaches 4.5:1 on any color."""
    return "#ffffff" if contrast(background, "#ffffff") >= 4.5 else "#000000"


def _luminance(value: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(value[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def https_url(value: str, hosts: Sequence[str] | None = None) -> str | None:
    """``value`` when a mail may lead there, else None.

    Only https, a plain host name, no user information, nothing that could end an attribute; ``hosts`` limits the
    host to those names and their subdomains (None: any host).
    """
    if len(value) > 2000 or not _HTTPS.fullmatch(value):
        return None
    try:
        host = (urlsplit(value).hostname or "").rstrip(".")
        port = urlsplit(value).port
    except ValueError:
        return None
    if not _HOST.fullmatch(host) or port == 0:
        return None
    if hosts is not None and not any(_within(host, allowed) for allowed in hosts):
        return None
    return value


def _within(host: str, allowed: str) -> bool:
    wanted = allowed.strip().strip(".").lower()
    return bool(wanted) and (host == wanted or host.endswith("." + wanted))


def address(value: str, whose: str) -> str:
    """``value`` as it goes on the wire: an international domain becomes its ASCII form (RFC 5890).

    A local part outside ASCII stays as it is; such a mail needs a server with SMTPUTF8 (RFC 6531).

    Raises:
        RenderError: it is no address. ``whose`` names it for people: "the recipient", "the league's From address".
    """
    if len(value) <= 254:
        found = _ASCII_ADDRESS.fullmatch(value)
        if found and _HOST.fullmatch(found["host"].lower()) and value.index("@") <= 64:
            return value
        if not value.isascii():
            from email_validator import EmailNotValidError, validate_email  # 20 ms that few addresses need

            try:
                valid = validate_email(value, check_deliverability=False, test_environment=True)
            except EmailNotValidError:
                pass
            else:
                return valid.ascii_email or f"{valid.local_part}@{valid.ascii_domain}"
    raise RenderError(
        _("{value!r} as {whose} is not a usable e-mail address. Correct it.").format(
            value=one_line(value)[:80], whose=whose
        )
    )


def wrap(text: str, width: int = 76) -> str:
    """Wrap the paragraphs of a text part; an indented line stays a line of its own, long words (links) stay whole.

    Two spaces at its end keep a line by itself, as in Markdown.

    RFC 5322 section 2.1.1 asks for lines of at most 78 characters.
    """
    lines: list[str] = []
    words: list[str] = []
    for line in (*text.strip("\n").split("\n"), ""):
        if not line.strip() or line[0] == " ":
            lines += _fill(words, "", "", width)
            words = []
            if line.strip():
                indent = line[: len(line) - len(line.lstrip())]
                lines += _fill(line.split(" ")[len(indent) :], indent, indent + "  ", width)
            elif lines and lines[-1]:
                lines.append("")
        else:
            words += line.split()
            if line.endswith("  "):
                lines += _fill(words, "", "", width)
                words = []
    return "\n".join(lines).rstrip("\n") + "\n"


def _fill(words: list[str], first: str, later: str, width: int) -> list[str]:
    lines: list[str] = []
    rest = first + " ".join(words)
    while len(rest) > width:
        indent = len(rest) - len(rest.lstrip())
        cut = rest.rfind(" ", indent, width + 1)
        if cut < 0:
            cut = rest.find(" ", max(indent, width))
        if cut < 0:
            break
        lines.append(rest[:cut].rstrip())
        rest = later + rest[cut + 1 :]
    return [*lines, rest.rstrip()] if rest.strip() else lines


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself, so that nothing sent there crosses a network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
