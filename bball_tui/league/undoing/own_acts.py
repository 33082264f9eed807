"""What the person did in the last minutes, from the audit: the rows that one transaction wrote are one act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.language import stored
from bball_tui.league.acts import TAKEN_BACK
from bball_tui.league.contracts.lifecycle import SIMPLE_RULES
from bball_tui.league.importing.imports import IMPORTED, UNDONE
from bball_tui.league.league_clock import LEAST_UNDO_SECONDS
from bball_tui.league.seasons.rolls import UNDONE as ROLL_UNDONE

MOST = 12
"""Acts that are listed."""
REOPENED = "follow_up_reopened"
"""What undoes a follow-up that was done; it names the act itself, since not everybody who works on notes may say that
acts are undone."""
MESSAGE_BACK = stored("the message was taken back")
"""Why its e-mails are canceled; that is its undoing, and no act of its own."""


class ActKind(StrEnum):
    """What is undone in the same way."""

    SIGNING = "signing"
    CORRECTION = "correction"
    IMPORT = "import"
    MESSAGE = "message"
    CONTRACTS = "contracts"
    FAMILY = "family"
    PLAYERS = "players"
    NOTES = "notes"
    MAILS = "mails"
    OTHER = "other"
    """Not from here: `undo_alternatives` says why not, and what else there is."""


_MAILS = frozenset(
    f"outbox_{done}"
    for done in ("cancelled", "retried", "put_aside", "released", "redirected", "left_to_another",
                 "promised_instead", "promised_once_more", "sent_again", "promised", "promised_again", "rewritten")
)  # fmt: skip
_CONTRACTS = frozenset({*(rule.done for rule in SIMPLE_RULES), "created", "moved", "days_changed"})
_FAMILY = frozenset(
    {("guardian", "changed"), ("guardian", "created"), ("guardian", "address_corrected"), ("player", "guardian_added"),
     ("player", "guardian_removed")}
)  # fmt: skip
_PLAYERS = frozenset({("player", "changed"), ("player", "told_apart")})
"""An edit, and that this is none of those of the same name, which stays noted."""
_NOTES = frozenset((of, "follow_up_done") for of in ("player", "guardian"))
NO_ACTS = ("address_blocked_by_report", "exported", "backed_up")
"""What no person did, though the worker may run under the same login; and what changes nothing."""
BACK = {"undone": "signed", "correction_undone": "corrected"}
"""What signing and correcting call their own ways back, and of what."""


class Row(Struct, frozen=True):
    """One row of the audit."""

    id: int
    action: str
    entity: str
    entity_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class Kinds(Struct, frozen=True):
    """So many rows of an act are of this kind; ``one`` is a record among them."""

    action: str
    entity: str
    number: int
    one: int
    id: int
    """Of the first of these rows."""
    all: frozenset[int] = frozenset()
    """The contracts that were signed or corrected."""


class OwnAct(Struct, frozen=True):
    """An act of the person who asks. ``id`` is that of its first row."""

    id: int
    last: int
    at: datetime
    kind: ActKind
    rows: tuple[Kinds, ...]


def kind_of(rows: Sequence[Kinds]) -> ActKind:
    """How an act with such rows is undone. An act with a row that nobody here knows stays."""
    found = {(one.entity, one.action) for one in rows}
    if ("league", IMPORTED) in found:
        return ActKind.IMPORT
    if ("league", "message_queued") in found:
        return ActKind.MESSAGE
    if ("contract", "signed") in found:
        return ActKind.SIGNING
    if ("contract", "corrected") in found:
        return ActKind.CORRECTION
    besides = {one for one in found if one[0] != "outbox" or one[1] not in _MAILS}
    if not besides:
        return ActKind.MAILS
    if besides <= _NOTES:
        return ActKind.NOTES
    if all(entity == "contract" and action in _CONTRACTS for entity, action in besides):
        return ActKind.CONTRACTS
    if ("player", "changed") in besides and besides <= _PLAYERS:
        return ActKind.PLAYERS
    return ActKind.FAMILY if besides <= _FAMILY else ActKind.OTHER


# As far back as `LeagueClock.undo_seconds`.
# In the order of ids, which is that of time but for two desks at the same moment, and these are one person's.
_OWN = text(
    """
    SELECT recorded_at, action, entity, count(*) AS number, min(entity_id) AS one, min(id) AS id, max(id) AS last,
        CASE WHEN action IN ('undone', 'correction_undone', 'signed', 'corrected') THEN array_agg(entity_id) END AS ids,
        CASE WHEN action IN (:taken_back, :undone, :reopened, :roll_undone)
            THEN min(coalesce(after ->> 'act', before ->> 'import', before ->> 'roll')) END AS of,
        bool_or(reason IS NOT DISTINCT FROM :message_back) AS message_back
    FROM audit
    WHERE league_id = :league_id AND recorded_by = session_user AND recorded_at > now() - make_interval(secs =>
        greatest(:least, (SELECT hold_seconds FROM league WHERE id = :league_id)))
        AND action <> ALL (CAST(:no_acts AS text[]))
    GROUP BY recorded_at, action, entity
    ORDER BY recorded_at, min(id)
    """
)


async def read_own_acts(session: AsyncSession, league_id: int) -> tuple[OwnAct, ...]:
    """What the person did in the league in the last minutes and what stands of it, on whichever machine, the newest
    first; also what cannot be undone, so that nobody takes an older act for the last one.
    """
    return (await read_all_acts(session, league_id)).standing


class AllActs(Struct, frozen=True):
    """What the person did in the league in the last minutes: what stands of it, and what was undone since, by id."""

    standing: tuple[OwnAct, ...]
    undone: Mapping[int, OwnAct]


async def read_all_acts(session: AsyncSession, league_id: int) -> AllActs:
    """The same as :func:`read_own_acts`, and what does not stand anymore."""
    values = {"league_id": league_id, "least": LEAST_UNDO_SECONDS, "taken_back": TAKEN_BACK, "undone": UNDONE,
              "reopened": REOPENED, "roll_undone": ROLL_UNDONE, "message_back": MESSAGE_BACK,
              "no_acts": list(NO_ACTS)}  # fmt: skip
    moments: dict[datetime, list[Any]] = {}
    for row in await session.execute(_OWN, values):
        moments.setdefault(row.recorded_at, []).append(row)
    standing: dict[int, OwnAct] = {}
    over: dict[int, OwnAct] = {}
    names: dict[int, int] = {}
    """Of each act by the id of any of its kinds of rows: what undid an import names that of its summary."""
    open_ones = _OpenOnes()
    for at, rows in moments.items():
        act_id = min(row.id for row in rows)
        names.update({row.id: act_id for row in rows})
        undoes = {int(row.of) for row in rows if row.of is not None}
        if not undoes and any(row.message_back for row in rows):
            undoes = {next((one for one in reversed(standing) if standing[one].kind is ActKind.MESSAGE), 0)}
        # A new season that was taken back is listed no more; that it was is, for it can be made again.
        going_back = bool(undoes) and all(row.action != ROLL_UNDONE for row in rows)
        for row in rows:
            if row.action in BACK:
                going_back = True
                undoes |= open_ones.take_back(BACK[row.action], row.ids)
            elif row.action in BACK.values():
                open_ones.add(row.action, row.ids, act_id)
        for one in undoes:
            if (act := standing.pop(names.get(one, one), None)) is not None:
                over[act.id] = act
        if not going_back:
            kinds = tuple(
                Kinds(row.action, row.entity, row.number, row.one, row.id, frozenset(row.ids or ())) for row in rows
            )
            standing[act_id] = OwnAct(act_id, max(row.last for row in rows), at, kind_of(kinds), kinds)
    return AllActs(tuple(reversed(standing.values())), over)


class _OpenOnes:
    """Which contracts each signing and each correction still stands for."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, int], list[int]] = {}
        self._left: dict[int, set[int]] = {}

    def add(self, action: str, contract_ids: Sequence[int], act_id: int) -> None:
        self._left[act_id] = set(contract_ids)
        for one in contract_ids:
            self._latest.setdefault((action, one), []).append(act_id)

    def take_back(self, action: str, contract_ids: Sequence[int]) -> set[int]:
        """The latest of each is over; the acts of which nothing is left."""
        done = set()
        for one in contract_ids:
            if acts := self._latest.get((action, one)):
                act_id = acts.pop()
                self._left[act_id].discard(one)
                done |= set() if self._left[act_id] else {act_id}
        return done


_ROWS = text(
    """
    SELECT id, action, entity, entity_id, before, after FROM audit
    WHERE league_id = :league_id AND recorded_by = session_user AND recorded_at = :at
    ORDER BY id
    """
)


async def read_rows(session: AsyncSession, league_id: int, act: OwnAct) -> list[Row]:
    """All rows of an act, in order."""
    found = await session.execute(_ROWS, {"league_id": league_id, "at": act.at})
    return [Row(row.id, row.action, row.entity, row.entity_id, row.before or {}, row.after or {}) for row in found]
