"""One act of staff, in words: what was done, by whom, to which record, and what it was before. Knows no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bball_tui.database.states import ROW
from bball_tui.language import _, later
from bball_tui.wording import short_date


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
        """What was done: ``player changed``."""
        done = done_words(self.action, self.entity)
        if self.entity == Entity.LEAGUE and self.action not in ("created", "changed"):
            return done  # it names itself what it is about
        return _("{kind} {done}").format(kind=kind_words(self.entity), done=done)


@dataclass(frozen=True, slots=True)
class Change:
    """What one field was and became, in words; None: there was nothing, or nobody wrote it down."""

    field: str
    before: str | None
    after: str | None


def kind_words(entity: str) -> str:
    """What people call records of this kind."""
    return Entity(entity).words if entity in set(Entity) else entity.replace("_", " ")


def done_words(action: str, entity: str) -> str:
    """What was done to a record of this kind: ``canceled``, ``guardian added``."""
    done = action.removeprefix(f"{entity}_")
    return _(_SPOKEN.get(done) or done.replace("_", " "))


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
        if name not in _NUMBERS and not (name == "kept" and not after.get(name, before.get(name)))
    ]


_NUMBERS = frozenset({"act", "made", "removed", "team_id", "signature_id", "revision", ROW})
_FIELDS = {
    "mails": _("e-mails"),
    "email": _("e-mail"),
    "receives_email": _("gets e-mail"),
    "kept": _("left as they are"),
    "shown": _("season shown before"),
    "what": _("what"),
    "updated": _("updated"),
    "unchanged": _("unchanged"),
    "days": _("days"),
    "cap": _("at most"),
    "staff": _("adult for chats"),
    "number": _("number"),
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
    "act_undone": later("act undone"),
    "roster_import_undone": later("roster import undone"),
    "exported": later("exported"),
    "staff_added": later("staff added"),
    "staff_removed": later("staff removed"),
    "dead": later("failed"),
    "suppressed": later("blocked"),
}
"""What the database stores, as people say it."""
_CHOSEN = frozenset({"status", "method", "capacity", "relation", "state"})
"""Fields whose values are words of ours; all others hold what people typed."""


def _in_words(name: str, value: object) -> str:
    if name in _CHOSEN and isinstance(value, str):
        return _(_SPOKEN.get(value) or value.replace("_", " "))
    if name == "what" and isinstance(value, str):
        return _act_in_words(value)
    return _said(value)


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
            return "; ".join(f"{_(name.replace('_', ' '))} {_said(one)}" for name, one in value.items()) or _("nothing")
        case _:
            return str(value)
