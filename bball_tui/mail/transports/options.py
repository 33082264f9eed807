"""The options behind the question mark of a mail URL. No message ever shows the URL itself, it may hold a password."""

import math
from urllib.parse import parse_qsl

from bball_tui.errors import BballError
from bball_tui.language import _

DATA_TIMEOUT = 120.0
"""Seconds to wait for the answer to the final dot.

RFC 5321 section 4.5.3.2.6 asks for ten minutes, because a client that gives up too soon sends the mail again. This
program never does that: no answer makes the mail "in doubt", and people decide. So two minutes lose nothing but a
connection, and they keep one slow server from holding a worker for ten.
"""


def options_in(query: str, *known: str) -> dict[str, str]:
    """The options of ``query``.

    Raises:
        BballError: one is not among ``known``, or is there twice.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    unknown = sorted(options.keys() - set(known))
    if unknown or len(options) < len(pairs):
        raise BballError(
            _(
                "The e-mail URL may have the options {known} and {known2} after its question mark, each "
                "once; not: {unknown}."
            ).format(
                known=", ".join(known[:-1]),
                known2=known[-1],
                unknown=", ".join(name[:20] for name in unknown) or _("the same one twice"),
            )
        )
    return options


def seconds_in(options: dict[str, str], name: str, usual: float) -> float:
    """The option ``name`` as seconds from 1 to 600; ``usual`` when it is not there.

    Raises:
        BballError: it is something else.
    """
    value = options.get(name)
    if value is None:
        return usual
    seconds = number(value)
    if not 1 <= seconds <= 600:
        raise BballError(
            _("{name}={value} in the e-mail URL should be a number of seconds from 1 to 600.").format(
                name=name, value=value[:20]
            )
        )
    return seconds


def number(value: str) -> float:
    """``value`` as a number; not a number for anything else, which no range has."""
    try:
        return float(value)
    except ValueError:
        return math.nan
