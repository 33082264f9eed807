"""Share links: reading one that somebody pasted, and showing one without giving it away. Pure.

Anyone who has the link can join, so it is treated as a secret: lists show it masked.
"""

import re
from urllib.parse import urlsplit

from msgspec import Struct

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.safe_values import one_line

LINK_EXAMPLE = "https://groupme.com/join_group/12345678/AbCdEfGh"
_ID = re.compile(r"[0-9]{1,20}")
_TOKEN = re.compile(r"[A-Za-z0-9]{4,32}")
_SCHEMELESS = re.compile(r"(?:[a-z0-9-]+\.)*groupme\.com(?:[/?#].*)?", re.IGNORECASE)


class Pasted(Struct, frozen=True):
    """A group that somebody named: by its id alone, or by a share link (then ``share_url`` is its plain form)."""

    group_id: str
    share_url: str | None


def read_pasted(text: str) -> Pasted:
    """A share link or a group's id, as pasted: spaces around it and a missing https:// do no harm.

    Raises:
        BballError: it is neither, and the message says what was wrong with it (never the whole link).
    """
    pasted = one_line(text).strip("<>\"' ")
    if _ID.fullmatch(pasted):
        return Pasted(pasted, None)
    if not pasted:
        raise BballError(
            _("Nothing was pasted. Paste the group's share link, such as {link_example}, or its id.").format(
                link_example=LINK_EXAMPLE
            )
        )
    if _SCHEMELESS.fullmatch(pasted):
        pasted = "https://" + pasted
    try:
        parts = urlsplit(pasted)
        host = (parts.hostname or "").rstrip(".").lower()
        port = parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("https", "http"):
        raise BballError(
            _(
                "That is neither a share link nor a group's id. A share link looks like {link_example}; "
                "in the GroupMe app it is under the group's picture, Share Group."
            ).format(link_example=LINK_EXAMPLE)
        )
    if host != "groupme.com" and not host.endswith(".groupme.com"):
        raise BballError(
            _(
                "That link leads to {host}, not to groupme.com. Nothing was linked. Paste the link that "
                "the GroupMe app shows under Share Group."
            ).format(host=host[:80])
        )
    if parts.username or parts.password or port not in (None, 443):
        raise BballError(_("That link has a user name or a port in it, which no GroupMe link has. Nothing was linked."))
    pieces = [piece for piece in parts.path.split("/") if piece]
    if pieces[:1] == ["contact"]:
        raise BballError(
            _("That link adds a person, not a group. Open the group in the GroupMe app and use Share Group.")
        )
    if "join_group" not in pieces:
        raise BballError(
            _(
                "That is a GroupMe page, but no share link: it must look like {link_example}. In the "
                "GroupMe app it is under the group's picture, Share Group."
            ).format(link_example=LINK_EXAMPLE)
        )
    rest = pieces[pieces.index("join_group") + 1 :]
    if len(rest) < 2 or not _ID.fullmatch(rest[0]) or not _TOKEN.fullmatch(rest[1]):
        raise BballError(
            _(
                "That share link is not complete: a number and then letters belong behind join_group, as "
                "in {link_example}. Copy it again, to its end."
            ).format(link_example=LINK_EXAMPLE)
        )
    return Pasted(rest[0], f"https://groupme.com/join_group/{rest[0]}/{rest[1]}")


def plain_link(text: str) -> str | None:
    """The plain form of a share link, None for anything else."""
    try:
        return read_pasted(text).share_url
    except BballError:
        return None


def mask(share_url: str) -> str:
    """The link without the part that opens the group: enough to recognize it, not to join."""
    return "/".join([*share_url.split("/")[:-1], "…"]) if "/join_group/" in share_url else "…"
