"""One act of staff, in words: what was done, by whom, to which record, and what it was before. Knows no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bball_tui.database.states import ROW, NoteKind
from bball_tui.language import _, in_context, later
from bball_tui.wording import counted, short_date


class Entity(StrEnum):
    """The kinds of records that acts are on, as the audit names them."""

    CONTRACT = "contract"
    PLAYER = "player"
    GUARDIAN = "guardian"
    TEAM = "team"
    SEASON = "season"
    LEAGUE = "league"
    OUTBOX = "outbox"
    SUPPRESSION = "suppression"
    GROUP_STAFF = "group_staff"

    @property
    def words(self) -> str:
        """What people call it."""
        return _ENTITY_WORDS.get(self, _(self))


_ENTITY_WORDS = {
    Entity.OUTBOX: _("e-mail"),
    Entity.SUPPRESSION: _("blocked address"),
    Entity.GROUP_STAFF: _("adult for chats"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which acts: of one login, on one kind of record or one record, of one action, on a day of the league's clock.

    ``text`` is what staff typed: each word begins a login or is in the name of an act, or finds the player.
    """

    text: str = ""
    who: str | None = None
    entity: str | None = None
    entity_id: int | None = None
    action: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One row: ``before`` and ``after`` hold what changed. ``entity`` and ``entity_id`` say of which record; ``record``
    is what it is called now, empty where nobody knows anymore.
    """

    id: int
    at: datetime
    who: str
    action: str
    entity: str
    entity_id: int
    reason: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    record: str

    @property
    def words(self) -> str:
        """What was done: ``player changed``, ``undone: released``."""
        if self.action == TAKEN_BACK:
            done = undone_of(self)[1]
            return _("undone: {what}").format(what=done) if done else _("undone")
        if self.action == NOTED and (self.after or {}).get("kind") == NoteKind.CALL:
            return _("{kind} {done}").format(kind=kind_words(self.entity), done=_("call noted"))
        done = done_words(self.action, self.entity)
        if self.entity in _SAY_IT_THEMSELVES and self.action not in ("created", "changed"):
            return done
        return _("{kind} {done}").format(kind=kind_words(self.entity), done=done)


TAKEN_BACK = "act_undone"
"""That an act was undone: ``what`` of it says which, and of what record."""
NOTED = "note_added"
"""That staff noted what a family said; the text is in the note alone, so that it is struck and erased in one place."""
_SAY_IT_THEMSELVES = (Entity.LEAGUE, Entity.SUPPRESSION, "provider_gate")
"""Of these an act says by itself what it is about: ``address blocked``, ``sending paused``."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one field was and became, in words; None: there was nothing, or nobody wrote it down."""

    field: str
    before: str | None
    after: str | None


def kind_words(entity: str) -> str:
    """What people call records of this kind."""
    if entity == "provider_gate":
        return _("mail server")
    return Entity(entity).words if entity in set(Entity) else entity.replace("_", " ")


def done_words(action: str, entity: str) -> str:
    """What was done to a record of this kind: ``canceled``, ``guardian added``."""
    done = action.removeprefix(f"{entity}_")
    if entity == Entity.OUTBOX and done == "released":
        return in_context("e-mail", "released")  # no player's release
    return _(_SPOKEN.get(done) or done.replace("_", " "))


def undone_of(act: Act) -> tuple[str, str]:
    """What an undone act was on and what it did: ``Amara Hamilton's contract``, ``released``; empty where not known."""
    if act.action != TAKEN_BACK:
        return "", ""
    of, __, done = _act_in_words(str((act.after or {}).get("what", ""))).rpartition(": ")
    return of, f"{done[:1].lower()}{done[1:]}"


def changes_of(act: Act) -> list[Change]:
    """Field by field what was before and after, but for the numbers of records that only the program needs."""
    before, after = act.before or {}, act.after or {}
    return [
        Change(
            _FIELDS.get(name) or _(name.replace("_", " ")),
            _in_words(name, before[name]) if name in before else None,
            _in_words(name, after[name]) if name in after else None,
        )
        for name in {**before, **after}
        if name not in _NUMBERS
        and not (act.action == NOTED and (name == "kind" or not after.get(name)))
        and not (name in _ANY and not after.get(name, before.get(name)))
    ]


def called(act: Act) -> str:
    """What the record is or was called: where it is gone, the act may still know. Empty: nobody does."""
    if of := undone_of(act)[0]:
        return of
    if act.record:
        return act.record
    known = {**(act.before or {}), **(act.after or {})}
    whole = " ".join(str(known[part]) for part in ("first_name", "last_name") if known.get(part))
    return whole or str(next((known[name] for name in _NAMES if known.get(name)), ""))


_NAMES = ("name", "player", "season", "email", "was_called")
"""Where an act says what its record is called."""
_NUMBERS = frozenset(
    {
        *("act", "made", "removed", "revision", "version", ROW, "roll", "import", "first", "last", "from", "shown"),
        *("team_id", "season_id", "player_id", "guardian_id", "signature_id", "scan_id", "not", "as", "again_of"),
        *("instead_of", "was_player", "is_player", "was_guardian", "is_guardian", "was_in_player", "was_in_guardian"),
        *("group", "membership", "staff", "sha256", "error_class", "error_code", "made_season", "attempts", "left"),
    }
)
_ANY = frozenset({"kept", "void", "contracts", "teams", "mails", "error_text"})
"""What is told only if there is any."""
_FIELDS = {
    "mails": _("e-mails"),
    "email": _("e-mail"),
    "receives_email": _("gets e-mail"),
    "kept": _("things left as they are"),
    "shown": _("season shown before"),
    "what": _("what"),
    "updated": _("updated"),
    "unchanged": _("unchanged"),
    "days": _("days"),
    "cap": _("at most"),
    "staff": _("adult for chats"),
    "number": _("number"),
    "was_called": _("was"),
    "is_called": _("is now"),
    "to": _("to"),
    "groups": _("groups"),
    "fields": _("fields"),
    "error_text": _("error"),
    "follow_up": _("follow-up"),
    "void": _("void"),
    "file": _("file"),
    "login": _("login"),
    "role": _("role"),
    "kind": _("kind"),
    "emails": _("e-mail addresses"),
    "minutes": _("minutes"),
    "subject": _("subject"),
    "provider": _("mail server"),
}


_SPOKEN = {
    "cancelled": later("canceled"),
    "put_aside": later("set aside"),
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
_CHOSEN = frozenset(
    {"status", "method", "capacity", "relation", "state", "kind", "role", "signature", "signature_on_move"}
)
"""Fields whose values are words of ours; all others hold what people typed."""


def _in_words(name: str, value: object) -> str:
    if isinstance(value, list) and value and all(isinstance(one, int | list) for one in value):
        return f"{len(value):,}"  # records by their numbers; how many is what people want to know
    if name == "to" and isinstance(value, str):
        return audience_in_words(value)
    if name in _CHOSEN and isinstance(value, str):
        return _(_SPOKEN.get(value) or value.replace("_", " "))
    if name == "what" and isinstance(value, str):
        return _act_in_words(value)
    return _said(value)


_SEVERAL = re.compile(r"(?:all )?([0-9,]+) (contract|player|team)s? (selected|that match|of the season)")
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


def _act_in_words(said: str) -> str:
    """What was undone or exported, as it was stored in English: ``Amara Hamilton's contract: released``."""
    of, colon, done = said.rpartition(": ")
    whose = of.removesuffix("'s contract")
    if whose != of:
        of = _("{name}'s contract").format(name=whose)
    told = _(done if colon else f"{done[:1].lower()}{done[1:]}")
    return f"{of}{colon}{told}" if colon else f"{told[:1].upper()}{told[1:]}" if done[:1].isupper() else told


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
