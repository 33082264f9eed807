"""Why a mail did not go out, in words for people: one table from what was written down to a cause.

The table is worked out by the database, so that rows can be grouped and filtered by cause, and only there.
"""

from msgspec import Struct
from sqlalchemy import ColumnElement, SQLColumnExpression, Text, case, cast, func, literal

from bball_tui.outbox.mail_conditions import PARKED

BOUNCED = "bounced"
"""The class of a mail that was accepted and came back; its code is the enhanced one of the report alone."""

BOUNCED_FOR_US = "bounced_for_us"
"""The same, where the report complains about the league's mail: the sender, a policy, a limit."""


class Cause(Struct, frozen=True):
    """One reason. ``phrase`` fits after "because of" or into a narrow column; ``way_out`` is a whole sentence.

    A row has this cause when its class is one of ``classes`` and, where given, its reply code matches ``code`` or
    its text matches ``words`` (regular expressions of PostgreSQL, searched without regard to case).
    """

    name: str
    phrase: str
    classes: tuple[str, ...]
    way_out: str = "Retry it when that is fixed, or cancel it."
    code: str | None = None
    words: str | None = None


_REFUSED = ("permanent", "recipient_transient", BOUNCED)
_ASK = "Ask the family for another address, or cancel it and tell them another way."
_OURS = "Nothing is wrong with the family's address. Check the From address, and ask the person who runs your e-mail."
_LOOK = "Read the report in its history, then send it again, correct the address, or tell the family another way."

# The first that fits counts. The codes are those of RFC 3463, behind the reply code: "550 5.1.1".
CAUSES: tuple[Cause, ...] = (
    Cause(
        "no_such_mailbox",
        "no such mailbox",
        ("permanent", BOUNCED),
        _ASK,
        r"5\.1\.([1236]|10)$",
        r"no such (user|mailbox|recipient)|user unknown|unknown (user|recipient)|does not exist",
    ),
    Cause("mailbox_full", "mailbox full", _REFUSED, _ASK, r"[45]\.2\.2$", r"mailbox (is )?full|over quota"),
    Cause("mailbox_off", "mailbox switched off", ("permanent", BOUNCED), _ASK, r"5\.2\.1$"),
    Cause("too_fast", "mailbox gets no more e-mail so quickly", ("recipient_transient",), code=r"4\.2\.1$"),
    Cause("on_a_list", "address is on the provider's block list", ("permanent",), _ASK, words="suppress|unsubscribed"),
    Cause("too_large", "e-mail too large", _REFUSED, "Make the template smaller, then retry it.", r"[45]\.3\.4$"),
    Cause(
        "against_rules",
        "refused by the mail server's rules",
        ("permanent", BOUNCED),
        "Read the server's answer and ask the person who runs your e-mail; then retry it, or cancel it.",
        r"5\.7\.\d+$",
    ),
    Cause("refused", "refused by the mail server", ("permanent",), "Read the server's answer; retry it, or cancel it."),
    Cause("not_now", "not taken for the moment", ("recipient_transient",)),
    Cause("provider_away", "mail server not reachable", ("provider_transient",)),
    Cause("quota", "sending limit used up", ("quota",)),
    Cause(
        "login",
        "mail server rejected the password",
        ("auth",),
        "Correct it in Set up e-mail; then retry the e-mail, or cancel it.",
    ),
    Cause("sender", "mail server refuses the sender", ("refused",), _OURS),
    Cause("template", "the e-mail could not be written", ("render",), "Fix the template or setting, then retry it."),
    Cause("no_address", "no address to send to", ("no_recipient",), _ASK),
    Cause("no_answer", "no answer after it was sent", ("in_doubt",)),
    Cause(
        "crashes",
        "the worker keeps crashing on it",
        ("crash_loop",),
        "Look into the log of the worker's machine; then retry it, or cancel it.",
    ),
    Cause("worker_lost", "the worker was lost", ("worker_lost",)),
    Cause("came_back_for_us", "refused because of the sender or a rule", (BOUNCED_FOR_US,), _OURS),
    Cause("came_back", "came back", (BOUNCED,), _LOOK),
    Cause("suppressed", "the address gets no more e-mail", ("suppressed",)),
    Cause("put_aside", "set aside by staff", (PARKED,), "Retry it when it may go out, or cancel it."),
)

BY_NAME = {cause.name: cause for cause in CAUSES}
OTHER = Cause("other", "another reason", ())


def cause_named(name: str | None) -> Cause | None:
    """The cause that :func:`cause_of` named; None for a row without one."""
    return None if name is None else BY_NAME.get(name, OTHER)


def cause_of(
    outcome: SQLColumnExpression[str | None],
    code: SQLColumnExpression[str | None],
    words: SQLColumnExpression[str | None],
) -> ColumnElement[str | None]:
    """The name of the cause, worked out from the columns with class, reply code and text; NULL without a class."""
    whens = [(_fits(cause, outcome, code, words), literal(cause.name, Text)) for cause in CAUSES]
    return case((outcome.is_(None), cast(None, Text)), *whens, else_=literal(OTHER.name, Text))


def _fits(
    cause: Cause,
    outcome: SQLColumnExpression[str | None],
    code: SQLColumnExpression[str | None],
    words: SQLColumnExpression[str | None],
) -> ColumnElement[bool]:
    fits: ColumnElement[bool] = outcome.in_(cause.classes)
    if cause.code is None and cause.words is None:
        return fits
    signs: list[ColumnElement[bool]] = []
    if cause.code is not None:
        signs.append(func.coalesce(code, "").regexp_match(cause.code))
    if cause.words is not None:
        # The words count only where no code says it more exactly.
        vague = func.coalesce(code, "").regexp_match(r"^(\d*( \d\.[015]\.0)?|\d\.[015]\.0)$")
        signs.append(vague & func.coalesce(words, "").regexp_match(cause.words, flags="i"))
    either = signs[0]
    for sign in signs[1:]:
        either = either | sign
    return fits & either
