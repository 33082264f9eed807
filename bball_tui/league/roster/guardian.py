"""A guardian and the link to one player: the values, and their fields.

A guardian is one person for all children; the link says what he or she is to one of them and may do. The order of
:data:`FIELDS` is that of forms and options.
"""

from datetime import date

import msgspec

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.language import _, later
from bball_tui.league.fields import Draft, Field, Kind, Option, Reading, drafted
from bball_tui.league.values import placeholders
from bball_tui.league.values.codes import flag, language, relation
from bball_tui.league.values.contact import email, phone
from bball_tui.league.values.names import first_name, person_name, typed_name
from bball_tui.mail.safe_values import language_tag

RELATIONS = ("mother", "father", "guardian", "other")
READING = Reading(DateOrder.YMD, date.max)
"""What a guardian's fields are read by: none of them is a day, so it does not matter."""
_MOST = 9


class GuardianValues(msgspec.Struct, frozen=True, gc=False):
    """What is known of a guardian."""

    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    language: str = ""
    """Of the mails; empty for the league's."""

    def label(self) -> str:
        """The guardian as people call him or her."""
        return f"{self.first_name} {self.last_name}"


class LinkValues(msgspec.Struct, frozen=True, gc=False):
    """What a guardian is to a player, and may do for him or her."""

    relation: str = "guardian"
    receives_email: bool = True
    may_sign: bool = True


def _relation(text: str, _reading: Reading) -> str:
    if text not in RELATIONS:
        raise BballError(_("This is one of {relations}.").format(relations=", ".join(RELATIONS)))
    return text


def _digit(text: str, _reading: Reading) -> int | None:
    line = text.strip()
    if not line:
        return None
    if line.isascii() and line.isdigit() and 1 <= int(line) <= _MOST:
        return int(line)
    raise BballError(_("This is a number from 1 to {most}, or empty.").format(most=_MOST))


FIRST_NAME = Field(
    name="first_name",
    label="First name",
    parse=lambda text, _: typed_name(text),
    empty="",
    needed=True,
    option=Option(flag="--first", help="The first name."),
    title="First",
    aliases=("first", "firstname", "givenname"),
    cell=lambda text, _: first_name(text),
    blank=placeholders.no_name,
)
LAST_NAME = Field(
    name="last_name",
    label="Last name",
    parse=lambda text, _: typed_name(text),
    empty="",
    needed=True,
    option=Option(flag="--last", help="The last name."),
    title="Last",
    aliases=("last", "lastname", "surname", "familyname"),
    cell=lambda text, _: person_name(text),
    blank=placeholders.no_name,
)
EMAIL = Field(
    name="email",
    label="E-mail",
    help="E-mails that have not left follow a new address.",
    example=lambda _: "rosa@example.org",
    parse=lambda text, _: email(text.strip()),
    option=Option(flag="--email", help="Where e-mail goes.", edit="Empty for none. E-mails that have not left follow."),
    title="Email",
    aliases=("email", "emailaddress", "mail"),
    cell=lambda text, _: email(text),
    blank=placeholders.no_address,
    spoken="e-mail",
)
PHONE = Field(
    name="phone",
    label="Phone",
    parse=lambda text, _: phone(text),
    option=Option(flag="--phone", help="The phone number.", edit="Empty for none."),
    title="Phone",
    aliases=("phone", "phonenumber", "mobile", "mobilephone", "cell", "cellphone", "telephone"),
    cell=lambda text, _: phone(text),
    blank=placeholders.no_phone,
    spoken="phone",
)
LANGUAGE = Field(
    name="language",
    label="Language",
    help="Of the e-mails, such as es or fr. Empty: the league's.",
    example=lambda _: later("as the league"),
    parse=lambda text, _: language_tag(text) if text.strip() else "",
    empty="",
    option=Option(flag="--language", help="Of the e-mails, such as es; empty for the league's."),
    title="Language",
    aliases=("language", "languagecode"),
    cell=lambda text, _: language(text),
)
RELATION = Field(
    name="relation",
    kind=Kind.PICK,
    choices=RELATIONS,
    initial="guardian",
    label="Is",
    help="What the guardian is to {player}.",
    parse=_relation,
    empty="guardian",
    option=Option(flag="--relation", help="To the player."),
    title="Relation",
    aliases=("relation", "relationship"),
    cell=lambda text, _: relation(text),
    heading="Relation",
    spoken="relation",
)
RECEIVES_EMAIL = Field(
    name="receives_email",
    kind=Kind.FLAG,
    initial=True,
    label="Mail",
    question="gets the e-mails",
    help="Without it no e-mail goes there.",
    option=Option(flag="--gets-email/--no-email", help="Whether e-mail goes there."),
    title="Gets Email",
    aliases=("getsemail", "receivesemail"),
    cell=lambda text, _: flag(text),
    mark="✉",
    heading="Gets e-mail",
    spoken="gets e-mail",
)
MAY_SIGN = Field(
    name="may_sign",
    kind=Kind.FLAG,
    initial=True,
    label="Signing",
    question="may sign",
    help="Whether they may sign for {player}.",
    option=Option(flag="--may-sign/--may-not-sign", help="Whether they sign for the player."),
    title="May Sign",
    aliases=("maysign", "cansign"),
    cell=lambda text, _: flag(text),
    mark="✍",
    heading="May sign",
    spoken="may sign",
)
POSITION = Field(
    name="position",
    label="Contact order",
    spoken="order in the family",
    help="1 is the likely signer.",
    example=lambda _: later("last"),
    parse=_digit,
    option=Option(flag="--position", metavar="N", help="1 is asked first."),
)
HOUSEHOLD = Field(
    name="household",
    label="Household",
    help="1, 2 …: who lives together. Empty lets the program guess.",
    example=lambda _: later("guessed"),
    parse=_digit,
    option=Option(flag="--household", metavar="N", help="Which of the player's homes; empty to guess."),
)

PERSON = (FIRST_NAME, LAST_NAME, EMAIL, PHONE, LANGUAGE)
"""Of the guardian, no matter which child: the fields of :class:`GuardianValues`."""
LINK = (RELATION, RECEIVES_EMAIL, MAY_SIGN)
"""Of the link, as files state it: the fields of :class:`LinkValues`."""
FLAGS = tuple(field for field in LINK if field.kind is Kind.FLAG)
FIELDS = (*PERSON, *LINK, POSITION, HOUSEHOLD)
FILED = (FIRST_NAME, LAST_NAME, EMAIL, PHONE, *LINK, LANGUAGE)
"""What files state of a guardian, in their order."""


@drafted(FIELDS)
class GuardianDraft(Draft):
    """A guardian and the link to one player, as a form has them.

    ``position`` 1 is asked first. ``household`` is empty where the program may guess who lives together.
    """
