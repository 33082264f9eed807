"""Whether a mail that is stored is the one that its row in the queue is about."""

from collections.abc import Set as AbstractSet
from hashlib import sha256

from bball_tui.language import _
from bball_tui.mail.mime import header
from bball_tui.mail.safe_values import RenderError, address
from bball_tui.mail.transports.base import address_in


def mismatch(
    mime: bytes, digest: bytes | None, *, recipient: str, message_id: str, senders: AbstractSet[str]
) -> str | None:
    """What of its bytes, From, To and Message-ID is another's, in words; None when all is as it should be.

    ``digest`` is the SHA-256 that was stored with it; ``senders`` are the addresses, in lower case, in whose name the
    league sends.
    """
    if sha256(mime).digest() != digest:
        return _("text is not the one that was written")
    try:
        wanted = address(recipient, _("the recipient"))
    except RenderError:
        wanted = recipient
    if address_in(mime, "To") not in (recipient, wanted):
        return _("To is another address")
    if header(mime, "Message-ID") != message_id:
        return _("Message-ID is another one")
    if (address_in(mime, "From") or "").lower() not in senders:
        return _("From is no address of this league")
    return None
