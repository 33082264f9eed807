"""What a league says about itself: names and addresses in its e-mails, its color, clock, dates and habits.

The order of :data:`FIELDS` is that of the form and of the options of `bball-tui league set`. A field without an option
there has a command of its own.
"""

from collections.abc import Callable

from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.errors import BballError
from bball_tui.language import _, later
from bball_tui.league.contracts.signing_rules import LONGEST_HOLD
from bball_tui.league.fields import Draft, Field, Kind, Option, Parse, drafted
from bball_tui.league.leagues import zone_of
from bball_tui.league.mails.alerting import usable_addresses, usable_minutes
from bball_tui.league.mails.reminders import parse_days, usable_cap, usable_days
from bball_tui.mail.safe_values import address, color, https_url, language_tag, typed_line

LONGEST_NAME = 200
_NO_NUMBER = -1
"""What every check of a number refuses with its own sentence."""


def _named(what: str, *, needed: bool = False) -> Parse:
    def parse(text: str, _reading: object) -> str | None:
        said = typed_line(text)
        if len(said) > LONGEST_NAME or (needed and not said):
            raise BballError(
                _("{what} needs 1 to {longest} characters; it has {number}.").format(
                    what=what, longest=LONGEST_NAME, number=len(said)
                )
            )
        return said or None

    return parse


def _addressed(what: str) -> Parse:
    def parse(text: str, _reading: object) -> str | None:
        said = typed_line(text)
        return address(said, _("the league's {what}").format(what=what)) if said else None

    return parse


def _logo(text: str, _reading: object) -> str | None:
    said = typed_line(text)
    if said and https_url(said) is None:
        raise BballError(
            _("The logo {said!r} isn't an https link. It must look like https://host/logo.png.").format(said=said[:80])
        )
    return said or None


def _number(check: Callable[[int], int]) -> Parse:
    def parse(text: str, _reading: object) -> int:
        line = text.strip()
        return check(int(line) if line.isascii() and line.isdigit() and len(line) < 7 else _NO_NUMBER)

    return parse


def _hold(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_HOLD:
        raise BballError(
            _("The undo time is a number of seconds, 0 to {longest_hold} (one day).").format(longest_hold=LONGEST_HOLD)
        )
    return seconds


def _one_of(choices: tuple[str, ...]) -> Parse:
    def parse(text: str, _reading: object) -> str:
        if text not in choices:
            raise BballError(_("This is one of {choices}.").format(choices=", ".join(choices)))
        return text

    return parse


_ORDERS = tuple(order.value for order in DateOrder)
_CHANGES = tuple(change.value for change in TeamChange)

FIELDS = (
    Field(
        name="name",
        label="Name",
        help="As families know the league.",
        parse=_named(_("the name"), needed=True),
        needed=True,
        option=Option(flag="--name", help="The name, as families know it."),
    ),
    Field(
        name="brand_color",
        label="Color",
        spoken="color",
        help="#rrggbb, of the e-mails and of this screen.",
        example=lambda _: "#c2410c",
        parse=lambda text, _: color(typed_line(text)),
        option=Option(flag="--brand-color", metavar="#RRGGBB", help="The league's color."),
    ),
    Field(
        name="logo_url",
        label="Logo",
        spoken="logo",
        help="A picture above the e-mails. Optional.",
        example=lambda _: "https://…",
        parse=_logo,
        option=Option(flag="--logo-url", metavar="https://…", help="A picture at the top of the e-mails."),
    ),
    Field(
        name="from_name",
        label="From, name",
        spoken="From name",
        help="Beside the From address. Optional.",
        parse=_named(_("the From name")),
        option=Option(flag="--from-name", help="The name beside the From address."),
    ),
    Field(
        name="from_email",
        label="From, address",
        spoken="From address",
        help="Where e-mails come from.",
        example=lambda _: "office@league.org",
        parse=_addressed(_("From address")),
        option=Option(flag="--from-email", help="The address that e-mails come from."),
    ),
    Field(
        name="reply_to",
        label="Reply-to",
        spoken="Reply-To address",
        help="If elsewhere. Optional.",
        parse=_addressed(_("Reply-To address")),
        option=Option(flag="--reply-to", help="Where answers go, if elsewhere."),
    ),
    Field(
        name="language",
        initial="en",
        label="Language",
        help="Of the e-mails, such as en or es.",
        parse=lambda text, _: language_tag(text),
        option=Option(
            flag="--language", metavar="TAG", help="Of e-mails to families who named none, such as en or es."
        ),
    ),
    Field(
        name="timezone",
        label="Time zone",
        spoken="time zone",
        help="Space opens the list; type in it to search.",
        parse=lambda text, _: zone_of(typed_line(text)).key,
        option=Option(flag="--timezone", metavar="ZONE", help="Such as America/Chicago."),
    ),
    Field(
        name="date_order",
        kind=Kind.PICK,
        choices=_ORDERS,
        called={
            DateOrder.YMD.value: "year-month-day",
            DateOrder.DMY.value: "day/month/year",
            DateOrder.MDY.value: "month/day/year",
        },
        initial=DateOrder.YMD.value,
        label="Dates",
        spoken="how dates are written",
        help="How to read 03/04/2015.",
        parse=_one_of(_ORDERS),
        option=Option(flag="--date-order", help="How to read 03/04/2015."),
    ),
    Field(
        name="hold_seconds",
        initial="10",
        label="Undo time",
        spoken="undo time in seconds",
        help="Seconds that e-mails wait, so that {desk.undo} takes a signing back.",
        parse=_number(_hold),
        option=Option(
            flag="--hold-seconds", metavar="SECONDS", help="How long e-mails wait so that a signing can be taken back."
        ),
    ),
    Field(
        name="mail_offers",
        kind=Kind.FLAG,
        initial=False,
        label="Offers",
        spoken="families hear of offers by e-mail",
        question="tell families of offers by e-mail",
        help="When off, staff tell them.",
        option=Option(flag="--mail-offers/--no-mail-offers", help="Whether families hear of an offer by e-mail."),
    ),
    Field(
        name="reminder_days",
        label="Reminders",
        spoken="reminders, days before",
        help="Days before an offer is due. Empty: no one is reminded.",
        example=lambda _: later("never; such as 7, 2"),
        parse=lambda text, _: list(usable_days(parse_days(text))),
    ),
    Field(
        name="reminder_cap",
        initial="2",
        label="At most",
        spoken="most reminders",
        help="Maximum reminders per offer and address, 1 to 5.",
        parse=_number(usable_cap),
    ),
    Field(
        name="bounce_blocks",
        kind=Kind.FLAG,
        initial=True,
        label="Returned e-mail",
        spoken="address without a mailbox is blocked",
        question="block an address without a mailbox",
        help="When off, staff block addresses manually.",
    ),
    Field(
        name="wait_for_chat",
        kind=Kind.FLAG,
        initial=False,
        label="Team chat",
        spoken="welcome e-mails wait for the chat's link",
        question="welcome e-mails wait for its link",
        help="E-mails that wait already go on waiting.",
        option=Option(
            flag="--wait-for-chat/--no-wait-for-chat",
            help="Whether welcome e-mails wait until their team's chat has a share link.",
        ),
    ),
    Field(
        name="unsubscribe",
        kind=Kind.FLAG,
        initial=False,
        label="Messages",
        spoken="messages say how to get no more",
        question="say how to get no more of them",
        help="By an e-mail to the reply address; the office then blocks the address.",
        option=Option(
            flag="--unsubscribe/--no-unsubscribe",
            help="Whether messages say how one gets no more of them, by an e-mail to the reply address.",
        ),
    ),
    Field(
        name="team_change",
        kind=Kind.PICK,
        choices=_CHANGES,
        called={
            TeamChange.ASK.value: "ask each time whether it stays",
            TeamChange.KEEP.value: "the signature stays",
            TeamChange.VOID.value: "a new signature is needed",
        },
        initial=TeamChange.ASK.value,
        label="Team change",
        spoken="signature at a change of teams",
        help="What becomes of a signature when its player changes teams.",
        parse=_one_of(_CHANGES),
        option=Option(
            flag="--team-change",
            help="What another team means for a signature: staff are asked, it is kept, or a new one is needed.",
        ),
    ),
    Field(
        name="alert_emails",
        label="Alerts to",
        spoken="alerts to",
        help="Staff who get an e-mail when e-mails fail, come back or are held. Empty: no one.",
        example=lambda _: "you@league.org, coach@league.org",
        parse=lambda text, _: list(usable_addresses(text.split(","))),
    ),
    Field(
        name="alert_minutes",
        initial="15",
        label="Alert after",
        spoken="minutes before an alert",
        help="Minutes that e-mails may be held before staff are told, 1 to 1440.",
        parse=_number(usable_minutes),
    ),
)


@drafted(FIELDS)
class LeagueDraft(Draft):
    """What the league says about itself, as a form has it; lists with commas between."""
