"""The fields that the audit stores, in words, and what they hold.

What a form, an option or a file has stands in its :class:`Field`; here is what is noted besides.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from bball_tui.database.states import (
    GateState,
    MemberState,
    NoteKind,
    OutboxState,
    SigningMethod,
    TeamChange,
)
from bball_tui.language import _, later
from bball_tui.league.audit_words import act_in_words, audience_in_words, spoken
from bball_tui.league.fields import Kind
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.league.fields import Field

NOTED_WORDS = {
    "address": later("postal address"),
    "backup_of": later("backup of"),
    "backup_time": later("made at"),
    "cap": later("at most"),
    "capacity": later("capacity"),
    "consent": later("how they agreed"),
    "contracts": later("contracts"),
    "created": later("created"),
    "cutoff": later("age cutoff"),
    "days": later("days"),
    "due_on": later("due on"),
    "emails": later("e-mail addresses"),
    "error_text": later("error"),
    "exceptions": later("exceptions"),
    "fields": later("fields"),
    "file": later("file"),
    "follow_up": later("follow-up"),
    "freeze": later("rosters frozen after"),
    "groups": later("groups"),
    "is_called": later("is now"),
    "jerseys": later("jersey numbers"),
    "kept": later("things left as they are"),
    "kind": later("kind"),
    "link": later("link"),
    "login": later("login"),
    "mails": later("e-mails"),
    "method": later("method"),
    "minutes": later("minutes"),
    "note": later("note"),
    "number": later("number"),
    "offered_on": later("offered on"),
    "paused": later("e-mails paused"),
    "player": later("player"),
    "players": later("players"),
    "provider": later("mail server"),
    "reason": later("reason"),
    "refuse": later("refused"),
    "role": later("role"),
    "roster_limit": later("players in a team at most"),
    "season": later("season"),
    "shown": later("season shown before"),
    "signature": later("signature"),
    "signature_on_move": later("signature on move"),
    "signed_on": later("signed on"),
    "signer": later("signer"),
    "slug": later("short name"),
    "staff": later("adult for chats"),
    "state": later("state"),
    "status": later("status"),
    "status_reason": later("reason"),
    "subject": later("subject"),
    "team": later("team"),
    "teams": later("teams"),
    "to": later("to"),
    "unchanged": later("unchanged"),
    "updated": later("updated"),
    "user_id": later("GroupMe account"),
    "void": later("void"),
    "was_called": later("was"),
    "what": later("what"),
}
"""What is noted besides what a form has, as people say it."""
_CHOSEN = frozenset({"status", "method", "capacity", "relation", "state", "kind", "role", "signature_on_move"})
"""Fields whose values are words of ours; all others hold what people typed."""
_VALUES: Mapping[str, Mapping[str, str]] = {
    "jerseys": {
        "any": later("any number"),
        "two-digits": later("0, 00 and 1 to 99"),
        "school": later("0, 00 and numbers of the digits 0 to 5"),
    },
    "kind": {NoteKind.NOTE: later("note"), NoteKind.CALL: later("phone call")},
    "method": {
        SigningMethod.PAPER: later("on paper"),
        SigningMethod.SCAN: later("by scan"),
        SigningMethod.E_SIGN: later("electronically"),
    },
    "refuse": {
        "age": later("wrong age"),
        "roster": later("too many players"),
        "jersey": later("jersey number not allowed"),
        "freeze": later("change after the freeze"),
    },
    "signature": {TeamChange.KEEP: later("it stays"), TeamChange.VOID: later("a new one is needed")},
    "state": {
        OutboxState.SENDING: later("being sent"),
        GateState.CLOSED: later("e-mails go out"),
        GateState.OPEN: later("e-mails are held"),
        GateState.HALF_OPEN: later("one e-mail is tried"),
        MemberState.PENDING: later("not added yet"),
        MemberState.ADDED: later("added to the chat"),
        MemberState.INVITED: later("invited to the chat"),
    },
}
"""Values that mean something else in another field, or have words of their own there."""
_KEPT_AS_TEXT = {"True": True, "False": False}
_LEAP = 2000
"""A year that has every day of a year."""
_DAYS_BEFORE = ("days", "reminder_days")


@cache
def _described() -> "Mapping[str, Field]":
    """The fields of all that forms have. Not at the top: the activity's list is there before any form is."""
    from bball_tui.league import profile
    from bball_tui.league.roster import guardian, player, team
    from bball_tui.league.seasons import season

    return {one.name: one for form in (profile, season, team, guardian, player) for one in form.FIELDS}


def field_words(name: str) -> str:
    """What people call a field of the audit; one that nobody describes anymore is said as it is stored."""
    if (field := _described().get(name)) is not None:
        return _(field.said)
    return _(NOTED_WORDS.get(name) or name.replace("_", " "))


def value_in_words(name: str, value: object) -> str:
    """What a field of the audit holds, as people write it."""
    if isinstance(value, list):
        return _list_in_words(name, value)
    if name == "exceptions" and isinstance(value, dict):
        return "; ".join(str(why) for why in value.values()) or _("nothing")  # they are by the players' numbers
    if not isinstance(value, str):
        return _said(value)
    field = _described().get(name)
    if ours := _VALUES.get(name, {}).get(value) or (field and field.called.get(value)):
        return _(ours)
    match name:
        case "to":
            return audience_in_words(value)
        case "what":
            return act_in_words(value)
        case "cutoff" if value:
            return short_date(day := date.fromisoformat(f"{_LEAP}-{value}"), day)
        case "fields":
            return ", ".join(field_words(one) for one in value.split(", "))
        case _ if name in _CHOSEN:
            return spoken(value)
        case _:
            return _said(_KEPT_AS_TEXT.get(value, value) if field is not None and field.kind is Kind.FLAG else value)


def _list_in_words(name: str, value: list[Any]) -> str:
    if name in _DAYS_BEFORE:
        return ", ".join(str(one) for one in value) or _("nothing")
    if value and all(isinstance(one, int | list) for one in value):
        return f"{len(value):,}"  # records by their numbers; how many is what people want to know
    return ", ".join(value_in_words(name, one) for one in value) or _("nothing")


def _said(value: object) -> str:
    match value:
        case None | "":
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case str():
            try:
                return short_date(date.fromisoformat(value)) if len(value) == 10 else value
            except ValueError:
                return value
        case list():
            return ", ".join(_said(one) for one in value) or _("nothing")
        case dict():
            some = {name: one for name, one in value.items() if one not in (0, None, "", [])}
            return "; ".join(f"{_(name.replace('_', ' '))} {_said(one)}" for name, one in some.items()) or _("nothing")
        case _:
            return str(value)
