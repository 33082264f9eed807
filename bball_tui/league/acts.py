"""One act of staff, in words: what was done, by whom, to which record, and what it was before. Knows no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from bball_tui.database.states import ROW, NoteKind
from bball_tui.language import _, in_context
from bball_tui.league.audit_fields import field_words, value_in_words
from bball_tui.league.audit_words import act_in_words, spoken
from bball_tui.wording import called_now


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


class Act(Struct, frozen=True):
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


class Change(Struct, frozen=True):
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
    return spoken(done)


def undone_of(act: Act) -> tuple[str, str]:
    """What an undone act was on and what it did: ``Amara Hamilton's contract``, ``released``; empty where not known."""
    if act.action != TAKEN_BACK:
        return "", ""
    of, __, done = act_in_words(str((act.after or {}).get("what", ""))).rpartition(": ")
    return of, f"{done[:1].lower()}{done[1:]}"


def changes_of(act: Act) -> list[Change]:
    """Field by field what was before and after, but for the numbers of records that only the program needs."""
    before, after = act.before or {}, act.after or {}
    return [
        Change(
            field_words(name),
            value_in_words(name, before[name]) if name in before else None,
            value_in_words(name, after[name]) if name in after else None,
        )
        for name in {**before, **after}
        if name not in NUMBERS
        and not (act.action == NOTED and (name == "kind" or not after.get(name)))
        and not (name in _ANY and not after.get(name, before.get(name)))
    ]


def called(act: Act) -> str:
    """What the record is or was called: where it is gone, the act may still know. Empty: nobody does."""
    if of := undone_of(act)[0]:
        return of
    if act.record:
        return called_now(act.record)
    known = {**(act.before or {}), **(act.after or {})}
    whole = " ".join(str(known[part]) for part in ("first_name", "last_name") if known.get(part))
    return whole or str(next((known[name] for name in _NAMES if known.get(name)), ""))


_NAMES = ("name", "player", "season", "email", "was_called")
"""Where an act says what its record is called."""
NUMBERS = frozenset(
    {
        *("act", "made", "removed", "revision", "version", ROW, "roll", "import", "first", "last", "from", "shown"),
        *("team_id", "season_id", "player_id", "guardian_id", "signature_id", "scan_id", "not", "as", "again_of"),
        *("instead_of", "was_player", "is_player", "was_guardian", "is_guardian", "was_in_player", "was_in_guardian"),
        *("group", "membership", "staff", "sha256", "error_class", "error_code", "made_season", "attempts", "left"),
    }
)
_ANY = frozenset({"kept", "void", "contracts", "teams", "mails", "error_text"})
"""What is told only if there is any."""
