"""Asks for the league's logo as a family's mail program would, and says what it would meet."""

import ssl

import httpx

from bball_tui.certificates import authorities
from bball_tui.language import _

LARGEST = 500_000
"""Bytes; what is larger keeps a phone waiting."""
FETCH_TIMEOUT = 5.0
_SHOWN = ("image/png", "image/jpeg", "image/gif")
"""What every mail program shows. Gmail and Outlook leave SVG out, older ones WebP."""


async def logo_trouble(url: str, *, trust: ssl.SSLContext | None = None) -> str | None:
    """A sentence on why the logo would not be seen, or None when it would.

    ``trust`` None: the certificates that this computer trusts. The mail is fine either way: the league's name stands
    where the picture is missing.
    """
    try:
        async with (
            httpx.AsyncClient(timeout=FETCH_TIMEOUT, verify=trust or authorities(local=False)) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                return _("{url} answers with {status_code} instead of the picture.").format(
                    url=url, status_code=answer.status_code
                )
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _SHOWN:
                return _("{url} is {kind}; mail programs show PNG, JPEG and GIF.").format(
                    url=url, kind=kind or _("of no kind")
                )
            size = 0
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                if size > LARGEST:
                    return _("{url} has more than {largest} KB; take a smaller picture.").format(
                        url=url, largest=LARGEST // 1000
                    )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _("{url} cannot be reached ({error}).").format(url=url, error=str(error) or type(error).__name__)
    return None
