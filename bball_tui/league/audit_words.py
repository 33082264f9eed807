"""What the audit stores, in words: its fields, its actions, and the values of both."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bball_tui.database.states import (
    DateOrder,
    GateState,
    MemberState,
    NoteKind,
    OutboxState,
    SigningMethod,
    TeamChange,
)
from bball_tui.language import _, later, plural
from bball_tui.wording import counted, short_date

FIELD_WORDS = {
    "address": _("postal address"),
    "alert_emails": _("alerts to"),
    "alert_minutes": _("minutes before an alert"),
    "backup_of": _("backup of"),
    "backup_time": _("made at"),
    "birthdate": _("birthdate"),
    "bounce_blocks": _("address without a mailbox is blocked"),
    "brand_color": _("color"),
    "cap": _("at most"),
    "capacity": _("capacity"),
    "consent": _("how they agreed"),
    "contracts": _("contracts"),
    "created": _("created"),
    "current": _("shown season"),
    "cutoff": _("age cutoff"),
    "date_order": _("how dates are written"),
    "days": _("days"),
    "division": _("division"),
    "due_on": _("due on"),
    "email": _("e-mail"),
    "emails": _("e-mail addresses"),
    "ends_on": _("ends on"),
    "error_text": _("error"),
    "exceptions": _("exceptions"),
    "fields": _("fields"),
    "file": _("file"),
    "first_name": _("first name"),
    "follow_up": _("follow-up"),
    "freeze": _("rosters frozen after"),
    "from_email": _("From address"),
    "from_name": _("From name"),
    "groups": _("groups"),
    "hold_seconds": _("undo time in seconds"),
    "household": _("household"),
    "is_called": _("is now"),
    "jersey": _("jersey"),
    "jerseys": _("jersey numbers"),
    "kept": _("things left as they are"),
    "kind": _("kind"),
    "language": _("language"),
    "last_name": _("last name"),
    "link": _("link"),
    "login": _("login"),
    "logo_url": _("logo"),
    "mail_offers": _("families hear of offers by e-mail"),
    "mails": _("e-mails"),
    "may_sign": _("may sign"),
    "method": _("method"),
    "minutes": _("minutes"),
    "name": _("name"),
    "note": _("note"),
    "number": _("number"),
    "offered_on": _("offered on"),
    "paused": _("e-mails paused"),
    "phone": _("phone"),
    "player": _("player"),
    "players": _("players"),
    "position": _("order in the family"),
    "provider": _("mail server"),
    "reason": _("reason"),
    "receives_email": _("gets e-mail"),
    "refuse": _("refused"),
    "relation": _("relation"),
    "reminder_cap": _("most reminders"),
    "reminder_days": _("reminders, days before"),
    "reply_to": _("Reply-To address"),
    "role": _("role"),
    "roster_limit": _("players in a team at most"),
    "season": _("season"),
    "shown": _("season shown before"),
    "signature": _("signature"),
    "signature_on_move": _("signature on move"),
    "signed_on": _("signed on"),
    "signer": _("signer"),
    "slug": _("short name"),
    "staff": _("adult for chats"),
    "starts_on": _("starts on"),
    "state": _("state"),
    "status": _("status"),
    "status_reason": _("reason"),
    "subject": _("subject"),
    "team": _("team"),
    "team_change": _("signature at a change of teams"),
    "teams": _("teams"),
    "timezone": _("time zone"),
    "to": _("to"),
    "unchanged": _("unchanged"),
    "unsubscribe": _("messages say how to get no more"),
    "updated": _("updated"),
    "user_id": _("GroupMe account"),
    "void": _("void"),
    "wait_for_chat": _("welcome e-mails wait for the chat's link"),
    "was_called": _("was"),
    "what": _("what"),
}
"""What the audit keeps, as people say it. A name without words here is of a version that is gone."""


_SPOKEN = {
    "cancelled": later("canceled"),
    "put_aside": later("set aside"),
    "left_to_another": later("not sent, for another e-mail says the same"),
    "promised": later("queued"),
    "promised_again": later("queued again"),
    "promised_instead": later("queued in place of another"),
    "promised_once_more": later("queued once more"),
    "resolved_as_arrived": later("settled: it arrived"),
    "resolved_to_send_again": later("settled: to be sent again"),
    "sending_paused": later("sending paused"),
    "sending_resumed": later("sending resumed"),
    "gate_reopened": later("mail server tried again"),
    "rolled": later("made from another season"),
    "roll_undone": later("new season taken back"),
    "erased": later("erased"),
    "note_added": later("note added"),
    "note_struck": later("note struck"),
    "follow_up_done": later("follow-up done"),
    "follow_up_moved": later("follow-up moved"),
    "follow_up_reopened": later("follow-up open again"),
    "roster_import_undone": later("roster import undone"),
    "exported": later("exported"),
    "backed_up": later("backed up"),
    "backup_restored": later("backup restored"),
    "address_blocked": later("address blocked"),
    "address_blocked_by_report": later("address blocked after it came back"),
    "address_lifted": later("address no longer blocked"),
    "handed on": later("handed on"),
    "consent noted": later("consent noted"),
    "consent withdrawn": later("consent withdrawn"),
    "staff_added": later("staff added"),
    "staff_removed": later("staff removed"),
    "dead": later("failed"),
    "suppressed": later("blocked"),
}
"""What the database stores, as people say it."""
_CHOSEN = frozenset({"status", "method", "capacity", "relation", "state", "kind", "role", "signature_on_move"})
"""Fields whose values are words of ours; all others hold what people typed."""
_VALUES: Mapping[str, Mapping[str, str]] = {
    "date_order": {
        DateOrder.YMD: later("year-month-day"),
        DateOrder.DMY: later("day/month/year"),
        DateOrder.MDY: later("month/day/year"),
    },
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
    "team_change": {
        TeamChange.ASK: later("ask each time whether it stays"),
        TeamChange.KEEP: later("the signature stays"),
        TeamChange.VOID: later("a new signature is needed"),
    },
}
"""Values that mean something else in another field, or have words of their own there."""
_FLAGS = ("receives_email", "may_sign")
_KEPT_AS_TEXT = {"True": True, "False": False}
_LEAP = 2000
"""A year that has every day of a year."""
_DAYS_BEFORE = ("days", "reminder_days")


def field_words(name: str) -> str:
    """What people call a field of the audit."""
    return FIELD_WORDS.get(name) or _(name.replace("_", " "))


def spoken(word: str) -> str:
    """An action, or a value of ours, as people say it."""
    return _(_SPOKEN.get(word) or word.replace("_", " "))


def value_in_words(name: str, value: object) -> str:
    """What a field of the audit holds, as people write it."""
    if isinstance(value, list):
        return _list_in_words(name, value)
    if name == "exceptions" and isinstance(value, dict):
        return "; ".join(str(why) for why in value.values()) or _("nothing")  # they are by the players' numbers
    if not isinstance(value, str):
        return _said(value)
    if (ours := _VALUES.get(name, {}).get(value)) is not None:
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
            return _said(_KEPT_AS_TEXT.get(value, value) if name in _FLAGS else value)


def _list_in_words(name: str, value: list[Any]) -> str:
    if name in _DAYS_BEFORE:
        return ", ".join(str(one) for one in value) or _("nothing")
    if value and all(isinstance(one, int | list) for one in value):
        return f"{len(value):,}"  # records by their numbers; how many is what people want to know
    return ", ".join(value_in_words(name, one) for one in value) or _("nothing")


_SEVERAL = re.compile(
    r"(?:all )?([0-9,]+) (contract|player|team)s? (selected|(?:that match|of the season)(?: and not over)?)"
)
_ONE = {
    "the team ": later("the team {called}"),
    "the player ": later("the player {called}"),
    "the contract ": later("the contract {called}"),
}
"""How it is stored whose families a message was for."""


def audience_in_words(said: str) -> str:
    """Whom a message was for, as it was stored in English: ``all 12 contracts of the season``."""
    if (found := _SEVERAL.fullmatch(said)) is None:
        start = next((one for one in _ONE if said.startswith(one)), None)
        return said if start is None else _(_ONE[start]).format(called=said.removeprefix(start))
    several = counted(int(found[1].replace(",", "")), found[2])
    if found[3] == "selected":
        return _("{counted} selected").format(counted=several)
    return _("all {counted} {narrowed}").format(counted=several, narrowed=_(found[3]))


def of_several(done: str, number: int, entity: str) -> str | None:
    """What was done to so many records of this kind; another language may have a form for it. None: it has not."""
    if done == "released" and entity != "contract":
        return None  # an e-mail that waited, which is another word elsewhere
    return {
        "released": plural("released", "released", number),
        "rewritten": plural("rewritten", "rewritten", number),
        "signed": plural("signed", "signed", number),
        "offered": plural("offered", "offered", number),
        "voided": plural("voided", "voided", number),
        "edited": plural("edited", "edited", number),
        "added": plural("added", "added", number),
        "made": plural("made", "made", number),
        "retried": plural("retried", "retried", number),
        "sent again": plural("sent again", "sent again", number),
        "accepted by word": plural("accepted by word", "accepted by word", number),
        "archived": plural("archived", "archived", number),
        "canceled": plural("canceled", "canceled", number),
        "declined by the family": plural("declined by the family", "declined by the family", number),
        "expired": plural("expired", "expired", number),
        "linked": plural("linked", "linked", number),
        "put back": plural("put back", "put back", number),
        "refreshed": plural("refreshed", "refreshed", number),
        "sent to another address": plural("sent to another address", "sent to another address", number),
        "set aside": plural("set aside", "set aside", number),
        "told another way": plural("told another way", "told another way", number),
        "unlinked": plural("unlinked", "unlinked", number),
    }.get(done)


_SO_MANY = re.compile(r"(?P<number>[\d,]+) (?P<many>.+)")
_ONE_OF = {"blocked addresses": "blocked address", "adults for chats": "adult for chats"}


def act_in_words(said: str) -> str:
    """What was undone or exported, as it was stored in English: ``Amara Hamilton's contract: released``."""
    of, colon, done = said.rpartition(": ")
    if not colon:
        told = _(f"{done[:1].lower()}{done[1:]}")
        return f"{told[:1].upper()}{told[1:]}" if done[:1].isupper() else told
    told = _(done)
    if several := _SO_MANY.fullmatch(of):
        number, many = int(several["number"].replace(",", "")), several["many"]
        one = _ONE_OF.get(many, many.removesuffix("s"))
        of, told = counted(number, one, many), of_several(done, number, one) or told
    elif of.endswith("'s contract"):
        of = _("{name}'s contract").format(name=of.removesuffix("'s contract"))
    return f"{of}: {told}"


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
