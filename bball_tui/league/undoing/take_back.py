"""Undo: what one did in the last minutes goes back, the latest first, each act in one transaction.

What undoing would do is found out by doing it: a preview is the same work in a savepoint that is rolled back, so that
nobody is shown one thing and gets another.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Outbox
from bball_tui.database.states import ROW, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, english, later
from bball_tui.league.activity import read_act
from bball_tui.league.acts import TAKEN_BACK, called, done_words, kind_words
from bball_tui.league.audit_words import of_several
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.contracts.lifecycle import TOLD
from bball_tui.league.contracts.undo import UndoResult, none_left, undo
from bball_tui.league.contracts.undo_correction import undo_correction
from bball_tui.league.importing.imports import IMPORTED
from bball_tui.league.importing.undo import preview_import_undo, undo_import
from bball_tui.league.importing.undo_words import import_effect, undone_import, what_stays
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.members import my_roles
from bball_tui.league.rights import Right, why_not_allowed
from bball_tui.league.roster.player import FIELDS
from bball_tui.league.undoing.changes import Changes, read_later
from bball_tui.league.undoing.contracts import EARLIER, undo_contracts
from bball_tui.league.undoing.family import undo_family
from bball_tui.league.undoing.mails import any_untried, mail_words, obstacle, read_mails, take_mails_back
from bball_tui.league.undoing.notes import undo_notes
from bball_tui.league.undoing.outcome import Going, TakenBack
from bball_tui.league.undoing.own_acts import (
    MESSAGE_BACK,
    MOST,
    ActKind,
    Kinds,
    OwnAct,
    Row,
    read_all_acts,
    read_own_acts,
    read_rows,
)
from bball_tui.league.undoing.players import CHANGING, undo_players
from bball_tui.league.undoing.undo_alternatives import why_not
from bball_tui.outbox.staff_actions import CANCELLABLE, cancel
from bball_tui.wording import counted

_PAIRED = frozenset({"outbox_redirected", "outbox_left_to_another", "outbox_sent_again"})
"""Of such an act the mails belong together: one goes instead of the other."""
_SHOWN = 6
_RIGHTS = {ActKind.MAILS: Right.MAILS, ActKind.MESSAGE: Right.MAILS, ActKind.NOTES: Right.NOTES}
"""Whoever may do it may undo it; the other kinds are of the roster."""


class NotAsShown(BballError):
    """Undoing does something else by now than somebody agreed to, so nothing was undone."""


async def list_undoable(session: AsyncSession, league_id: int) -> tuple[TakenBack, ...]:
    """What the person did in the last minutes, the newest first, and what undoing each of them would do now, or why
    it cannot be undone.
    """
    acts = await read_own_acts(session, league_id)
    return tuple([await _look(session, league_id, act) for act in acts[:MOST]])


async def latest_act(session: AsyncSession, league_id: int) -> OwnAct | None:
    """The last that the person did in the last minutes, whether it can be undone or not; None: nothing."""
    return next(iter(await read_own_acts(session, league_id)), None)


class Standing(Struct, frozen=True):
    """Of what the person did in the last minutes, what has not been undone."""

    acts: tuple[OwnAct, ...]
    """The newest first."""
    seconds: float
    """For how long the list of acts has one that can go back; 0: there is none, or the latest is a correction or an
    import, which the screen takes back at once for as long.
    """
    latest: bool
    """Whether the newest can go back, as was promised when it was done."""


async def read_standing(session: AsyncSession, league_id: int) -> Standing:
    """What there is to undo."""
    acts = await read_own_acts(session, league_id)
    if not acts or acts[0].kind in (ActKind.CORRECTION, ActKind.IMPORT):
        return Standing(acts, 0.0, bool(acts))
    for act in acts[:MOST]:
        if await _may_go_back(session, league_id, act):
            clock = await read_clock(session, league_id)
            left = max(0.0, clock.undo_seconds - (clock.now - act.at).total_seconds())
            return Standing(acts, left, act is acts[0])
    return Standing(acts, 0.0, False)


async def _may_go_back(session: AsyncSession, league_id: int, act: OwnAct) -> bool:
    """Whether it is worth asking; what else is in the way shows when it is tried."""
    if act.kind is ActKind.SIGNING:
        signed = frozenset[int]().union(*(row.all for row in act.rows if row.action == "signed"))
        return await none_left(session, league_id, signed)
    if act.kind is ActKind.MESSAGE:
        return bool(await _message_mails(session, league_id, act, CANCELLABLE))
    if act.kind is ActKind.MAILS:
        return await any_untried(session, league_id, act)
    if act.kind in _RECORDS:
        return await _any_untouched(session, league_id, act)
    return act.kind is not ActKind.OTHER


_RECORDS: Mapping[ActKind, tuple[str, Collection[str] | None, Collection[str] | None]] = {
    ActKind.CONTRACTS: ("contract", None, None),
    ActKind.PLAYERS: ("player", CHANGING, [field.name for field in FIELDS]),
    ActKind.FAMILY: ("guardian", None, None),
}
"""What acts are about that go back record by record, and which later changes keep a record as it is."""


async def _any_untouched(session: AsyncSession, league_id: int, act: OwnAct) -> bool:
    """Whether there is a record of the act that nobody changed since, and whose earlier state was noted."""
    entity, actions, fields = _RECORDS[act.kind]
    rows = [row for row in await read_rows(session, league_id, act) if row.entity == entity]
    if not rows:  # an act on whose guardians they are, which is looked at when it is tried
        return True
    always = act.kind is ActKind.PLAYERS  # the audit of their edits is all there is to know
    noted = {row.entity_id for row in rows if always or row.action == "created" or ROW in row.before}
    touched = {row.entity_id for row in await read_later(session, league_id, act, entity, noted, actions, fields)}
    if act.kind is ActKind.FAMILY:  # which goes back as a whole
        return bool(noted) and not touched
    return not noted <= touched


async def preview_undo(session: AsyncSession, league_id: int, act_id: int) -> TakenBack:
    """What :func:`undo_act` would do now. Writes nothing.

    Raises:
        BballError: it is no act of the person in the last minutes, or it was undone.
    """
    return await _look(session, league_id, await _find(session, league_id, act_id))


async def undo_act(session: AsyncSession, league_id: int, act_id: int, *, shown: TakenBack | None = None) -> TakenBack:
    """Undo what the person did, in the caller's transaction. ``shown`` is what somebody agreed to.

    Raises:
        BballError: it is no act of the person in the last minutes, it was undone, nothing of it can go back (the
            sentence says why).
        NotAsShown: it would do something else by now than was shown.
    """
    act = await _find(session, league_id, act_id)
    with english():  # for the audit, which everybody reads
        what = await _words(session, league_id, act)
    done = await _undo(session, league_id, act)
    if shown is not None and shown != done:
        raise NotAsShown(_("Something changed in the meantime, so nothing was undone. Look again at what it would do."))
    if not done.possible:
        raise BballError(" ".join(done.kept) or _("There is nothing to undo."))
    if act.kind is not ActKind.NOTES:  # those say it themselves
        after = {"act": act.id, "what": what, "kept": len(done.kept)}
        await record(session, league_id, [Entry(TAKEN_BACK, "league", league_id, after=after)])
    return done


async def _find(session: AsyncSession, league_id: int, act_id: int) -> OwnAct:
    acts = await read_all_acts(session, league_id)
    for act in acts.standing:
        if act.id == act_id:
            return act
    if (over := acts.undone.get(act_id)) is not None:
        raise BballError(_("{what}: already undone.").format(what=await _words(session, league_id, over)))
    raise BballError(_("Only what you did in the last minutes can be undone, and this is none of that anymore."))


async def _look(session: AsyncSession, league_id: int, act: OwnAct) -> TakenBack:
    async with session.begin_nested() as tried:
        found = await _undo(session, league_id, act, really=False)
        await tried.rollback()
    return found


async def _undo(session: AsyncSession, league_id: int, act: OwnAct, *, really: bool = True) -> TakenBack:
    words = await _words(session, league_id, act)
    if act.kind is ActKind.OTHER:
        why, way = why_not(_main(act))
        return TakenBack(act.id, words, (), (_(why),) if why else (), way=way)
    if lacking := why_not_allowed(_RIGHTS.get(act.kind, Right.ROSTER), await my_roles(session, league_id)):
        return TakenBack(act.id, words, (), (lacking,))
    clock = await read_clock(session, league_id)
    going = Going()
    try:
        match act.kind:
            case ActKind.IMPORT:
                await _import(session, league_id, act, clock, going, really=really)
            case ActKind.MESSAGE:
                await _message(session, league_id, act, clock, going)
            case ActKind.SIGNING | ActKind.CORRECTION:
                await _signing(session, league_id, act, going)
            case _:
                rows = await read_rows(session, league_id, act)
                changes = Changes(session, league_id, act, clock)
                if act.kind is ActKind.CONTRACTS:
                    await undo_contracts(session, league_id, act, rows, changes, going)
                elif act.kind is ActKind.FAMILY:
                    await undo_family(session, league_id, act, rows, changes, going)
                elif act.kind is ActKind.NOTES:
                    await undo_notes(session, league_id, act, rows, clock, going)
                elif act.kind is ActKind.PLAYERS:
                    await undo_players(session, league_id, rows, changes, going)
                else:
                    await _mails(session, league_id, act, rows, clock, going)
    except BballError as error:
        if really:
            raise
        return TakenBack(act.id, words, (), (str(error),))
    return TakenBack(
        act.id,
        words,
        tuple(going.back),
        tuple(going.kept),
        going.cancelled,
        going.again,
        going.for_good,
        summed=going.summed,
        told=tuple(going.told),
    )


async def _import(
    session: AsyncSession, league_id: int, act: OwnAct, clock: LeagueClock, going: Going, *, really: bool
) -> None:
    import_id = next(one.id for one in act.rows if one.action == IMPORTED)
    effect = await preview_import_undo(session, league_id, import_id)
    lines = import_effect(effect, clock.at(effect.at))
    (going.back if effect.does_something else going.kept).extend(lines)
    going.kept += what_stays(effect)
    going.for_good = effect.does_something
    if really and effect.does_something:
        done = await undo_import(session, league_id, import_id, shown=effect)
        going.cancelled, going.told = done.cancelled, undone_import(done)


async def _message(session: AsyncSession, league_id: int, act: OwnAct, clock: LeagueClock, going: Going) -> None:
    acted = await cancel(session, league_id, await _message_mails(session, league_id, act), reason=MESSAGE_BACK)
    going.cancelled = len(acted.done)
    if acted.done:
        going.back.append(_("{e_mails} of the message canceled.").format(e_mails=counted(len(acted.done), "e-mail")))
    _keep(going, [one.reason for one in acted.refused])


async def _message_mails(
    session: AsyncSession, league_id: int, act: OwnAct, states: Collection[OutboxState] = tuple(OutboxState)
) -> list[int]:
    """The e-mails of a message that are in one of ``states``."""
    summary = next(row for row in await read_rows(session, league_id, act) if row.action == "message_queued")
    ids = await session.scalars(
        select(Outbox.id).where(
            Outbox.league_id == league_id,
            Outbox.id.between(summary.after["first"], summary.after["last"]),
            Outbox.created_at == act.at,
            Outbox.state.in_(states),
        )
    )
    return list(ids)


async def _signing(session: AsyncSession, league_id: int, act: OwnAct, going: Going) -> None:
    signing = act.kind is ActKind.SIGNING
    action = "signed" if signing else "corrected"
    ids = [row.entity_id for row in await read_rows(session, league_id, act) if row.action == action]
    result: UndoResult = await (undo if signing else undo_correction)(session, league_id, ids)
    if result.undone:
        number = len(result.undone)
        what = counted(number, "signature") if signing else counted(number, "correction")
        going.back.append(_("{what} taken back.").format(what=what))
    if result.cancelled:
        going.back.append(_("{e_mails} canceled.").format(e_mails=counted(len(result.cancelled), "e-mail")))
    going.cancelled = len(result.cancelled)
    _keep(going, [one.reason for one in result.refused])


def _keep(going: Going, reasons: Sequence[str]) -> None:
    """Say the first of them, and of how many."""
    going.kept += reasons[:_SHOWN]
    if len(reasons) > _SHOWN:
        going.kept.append(_("{number:,} in all stay as they are.").format(number=len(reasons)))
        going.summed = not going.back


async def _mails(
    session: AsyncSession, league_id: int, act: OwnAct, rows: Sequence[Row], clock: LeagueClock, going: Going
) -> None:
    ids = {row.entity_id for row in rows}
    about = await session.scalars(select(Outbox.contract_id).where(Outbox.id.in_(ids), Outbox.contract_id.is_not(None)))
    contracts = {one for one in about if one is not None}
    await lock_contracts(session, league_id, contracts)
    mails = await read_mails(session, league_id, act, rows)
    units = [mails] if any(row.action in _PAIRED for row in rows) else [mails.of([one]) for one in mails.now]
    for unit in units:
        why = obstacle(unit, clock)
        if why is None and not unit.was and not unit.promised:
            why = _(EARLIER)
        if why is not None:
            going.kept.append(why)
            continue
        cancelled, again = await take_mails_back(session, league_id, unit)
        going.cancelled += cancelled
        going.again += again
        going.back += mail_words(unit)
    if len(going.back) > _SHOWN:
        more = going.cancelled + going.again
        going.back = [*going.back[:_SHOWN], _("{e_mails} in all.").format(e_mails=counted(more, "e-mail"))]
        going.summed = True
    if len(going.kept) > _SHOWN:
        all_of_them = _("{e_mails} in all stay as they are.").format(e_mails=counted(len(going.kept), "e-mail"))
        going.kept = [*going.kept[:_SHOWN], all_of_them]
        going.summed = going.summed or not going.back


_SPOKEN = {
    "roster_imported": later("roster imported"),
    "message_queued": later("message sent"),
    "created": later("made"),
    "days_changed": later("dates changed"),
    "guardian_added": later("guardian added"),
    "guardian_removed": later("guardian taken away"),
    "address_corrected": later("address corrected"),
    "outbox_retried": later("retried"),
    "outbox_redirected": later("sent to another address"),
    "outbox_left_to_another": later("not sent, for another e-mail says the same"),
    "outbox_sent_again": later("sent again"),
    "merged_into": later("merged"),
    "changed": later("edited"),
}
_COUNTED = {
    "outbox": ("e-mail", "e-mails"),
    "group_staff": ("adult for chats", "adults for chats"),
    "suppression": ("blocked address", "blocked addresses"),
}
"""What records of several are called where it is not their name in the database."""
_OF_LEAGUE = {"changed": later("settings of the league changed"), "created": later("league made")}
_FIRST = (
    *("roster_imported", "message_queued", "signed", "corrected", "merged", "unmerged", "season_rolled"),
    *("season_roll_undone", "moved", "guardian_added", "guardian_removed"),
    *("address_corrected", "outbox_redirected", "outbox_left_to_another", "outbox_sent_again"),
    *("released", "offered", "created"),
)
"""Of several things in one act, what it is called by."""


def _main(act: OwnAct) -> Kinds:
    rank = {action: at for at, action in enumerate(_FIRST)}
    return min(act.rows, key=lambda one: (one.entity == "outbox", rank.get(one.action, len(rank)), one.id))


async def _words(session: AsyncSession, league_id: int, act: OwnAct) -> str:
    """What was done, to whom: "Amara Hamilton's contract: released", "3 contracts: voided"."""
    main = _main(act)
    known = _SPOKEN.get(main.action) or TOLD.get(main.action)
    if main.action == "created" and main.entity != "contract":
        known = later("added")
    done = _(known) if known else done_words(main.action, main.entity)
    if main.entity in ("league", "provider_gate"):
        done = _(_OF_LEAGUE[main.action]) if main.action in _OF_LEAGUE else done
        return done[:1].upper() + done[1:]
    if main.number > 1:
        told = counted(main.number, *_COUNTED.get(main.entity, (main.entity, f"{main.entity}s")))
        with english():
            plain = known or done_words(main.action, main.entity)
        return f"{told}: {of_several(plain, main.number, main.entity) or done}"
    name = await _name(session, league_id, main)
    whose = {
        "contract": _("{name}'s contract").format(name=name),
        "outbox": _("E-mail to {name}").format(name=name),
    }.get(main.entity, name)
    return f"{whose}: {done}"


async def _name(session: AsyncSession, league_id: int, of: Kinds) -> str:
    act = await read_act(session, league_id, of.id, UTC)
    return (act and called(act)) or f"{kind_words(of.entity)} {of.one}"
