"""Acts on contracts that are undone: another status, team or day is as it was, and a contract that was made goes."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Player, Team
from bball_tui.database.states import LIVE_STATUSES, ROW, ContractStatus, Stage
from bball_tui.language import _, later, plural
from bball_tui.league.contracts.facts import hold_teams, lock_contracts
from bball_tui.league.contracts.kept_for_undo import KEPT
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.mails.corrected_mails import rewrite_welcomes
from bball_tui.league.undoing.changes import Changes
from bball_tui.league.undoing.mails import WHY, ActMails, mail_words, obstacle, read_mails, take_mails_back
from bball_tui.league.undoing.outcome import Going
from bball_tui.league.undoing.own_acts import OwnAct, Row

EARLIER = later("An earlier version of this program did this, and did not note enough to undo it.")
_BACK = text(
    """
    UPDATE contract
    SET status = was.status, team_id = was.team_id, offered_on = was.offered_on, due_on = was.due_on,
        signature_id = was.signature_id, status_reason = was.status_reason, version = version + 1
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS was (
        id bigint, status text, team_id bigint, offered_on date, due_on date, signature_id bigint, status_reason text)
    WHERE contract.id = was.id AND contract.league_id = :league_id
    """
)
_REMOVE = text("SELECT bball_remove_contracts(:league_id, CAST(:ids AS bigint[]))")


async def undo_contracts(
    session: AsyncSession, league_id: int, act: OwnAct, rows: Sequence[Row], changes: Changes, going: Going
) -> None:
    """Undo the act for each player of whom all of it can be undone; the caller commits."""
    ids = {row.entity_id for row in rows if row.entity == "contract"}
    await lock_contracts(session, league_id, ids)
    mails = await read_mails(session, league_id, act, rows, ids)
    if about := {mail.contract_id for mail in mails.now.values()} - ids - {None}:
        await lock_contracts(session, league_id, about)
    now = await _read(session, league_id, ids)
    units: dict[int, list[Any]] = {}
    for one in now.values():
        units.setdefault(one.player_id, []).append(one)
    if gone := len(ids - now.keys()):
        going.kept.append(
            plural(
                "{number:,} contract of it is not there anymore.",
                "{number:,} contracts of it are not there anymore.",
                gone,
            ).format(number=gone)
        )
    all_of_them = len(units)
    for contracts in units.values():
        unit = _Unit(session, league_id, contracts, [row for row in rows if row.entity == "contract"], changes.clock)
        why = await unit.obstacle(changes, mails)
        if why is not None:
            going.kept.append(f"{unit.player}: {why}")
            continue
        cancelled, again = await take_mails_back(session, league_id, mails.of_contracts(unit.ids))
        await unit.put_back()
        going.cancelled += cancelled
        going.again += again
        going.back += unit.words
        if all_of_them == 1:
            going.back += mail_words(mails.of_contracts(unit.ids))


async def _read(session: AsyncSession, league_id: int, ids: set[int]) -> Mapping[int, Any]:
    query = (
        select(Contract.id, Contract.player_id, Contract.season_id, Team.name.label("team"),
               (Player.first_name + " " + Player.last_name).label("player"), *KEPT)
        .join(Player, Player.id == Contract.player_id)
        .join(Team, Team.id == Contract.team_id)
        .where(Contract.league_id == league_id, among(Contract.id, ids))
        .order_by(Contract.id)
    )  # fmt: skip
    return {row.id: row for row in await session.execute(query)}


class _Unit:
    """What the act did to the contracts of one player: all of it goes back, or nothing."""

    def __init__(
        self, session: AsyncSession, league_id: int, contracts: list[Any], rows: Sequence[Row], clock: LeagueClock
    ) -> None:
        self._session, self._league_id, self._clock = session, league_id, clock
        self._now = {one.id: one for one in contracts}
        self.ids = frozenset(self._now)
        self.player: str = contracts[0].player
        own = [row for row in rows if row.entity_id in self._now]
        self._made = sorted({row.entity_id for row in own if row.action == "created"})
        changed = [row for row in own if row.entity_id not in self._made]
        self._was: dict[int, Mapping[str, Any]] = {}
        for row in changed:
            if ROW in row.before:
                self._was.setdefault(row.entity_id, row.before[ROW])
        self._noted = {row.entity_id for row in changed} == self._was.keys()
        self.words: list[str] = []

    async def obstacle(self, changes: Changes, mails: ActMails) -> str | None:
        """Why nothing of it goes back."""
        if not self._noted:
            return _(EARLIER)
        if why := await changes.since("contract", self.ids, _("the contract")):
            return why
        players = {one.player_id for one in self._now.values()}
        if why := await changes.since("player", players, _("the player"), ("erased", "merged_into")):
            return why
        if why := obstacle(mails.of_contracts(self.ids), self._clock):
            return self._instead(why)
        return await self._no_room()

    def _instead(self, why: str) -> str:
        """What to do where a mail left: a contract that is over changes no more."""
        for one in self._now.values():
            status = ContractStatus(one.status)
            if status.stage is Stage.OVER:
                told = _(
                    "{why} So the contract stays {status}. If that was a mistake, make a new one ({{contract.new}}) "
                    "and tell the family."
                )
                return told.format(why=why, status=_(status))
        return _("{why} Change the contract again instead.").format(why=why)

    async def _no_room(self) -> str | None:
        for one, was in self._was.items():
            team = await self._session.scalar(select(Team.name).where(Team.id == was["team_id"]))
            if team is None:
                return _("The team is not there anymore.")
            if was["status"] not in LIVE_STATUSES or self._now[one].status in LIVE_STATUSES:
                continue
            other = await self._session.scalar(
                select(Team.name)
                .join(Contract, Contract.team_id == Team.id)
                .where(
                    Contract.league_id == self._league_id,
                    Contract.season_id == self._now[one].season_id,
                    Contract.player_id == self._now[one].player_id,
                    Contract.status.in_(LIVE_STATUSES),
                    Contract.id.not_in(self.ids),
                )
            )
            if other is not None:
                return _("There is a contract with {other} now, and a player has one contract a season.").format(
                    other=other
                )
        return None

    async def put_back(self) -> None:
        """Write it, and say so in the audit."""
        entries = await self._unmake() if self._made else []
        rows = json.dumps([{"id": one, **was} for one, was in self._was.items()])
        await self._session.execute(_BACK, {"league_id": self._league_id, "rows": rows})
        for one, was in self._was.items():
            before, after = await self._changed(one, was)
            entries.append(Entry("put_back", "contract", one, WHY, before, after))
            self.words.append(f"{self.player}: {self._said(after)}.")
        await record(self._session, self._league_id, entries)
        signed = [one for one, was in self._was.items() if was["signature_id"] is not None]
        if signed:
            if any(self._now[one].team_id != self._was[one]["team_id"] for one in signed):
                await hold_teams(self._session, signed)
            await rewrite_welcomes(self._session, self._league_id, signed, why=WHY, moved=True)

    async def _unmake(self) -> list[Entry]:
        """What was made goes, unless it was signed once or a mail was tried: such a contract stays, void."""
        values = {"league_id": self._league_id, "ids": self._made}
        gone = set(await self._session.scalars(_REMOVE, values))
        goes = _("{player}: the contract with {team} goes.")
        self.words += [goes.format(player=self.player, team=self._now[one].team) for one in sorted(gone)]
        entries = [Entry("deleted", "contract", one, WHY, before={"player": self.player}) for one in sorted(gone)]
        for one in self._made:
            if one in gone:
                continue
            await self._session.execute(
                update(Contract)
                .where(Contract.league_id == self._league_id, Contract.id == one)
                .values(status=ContractStatus.VOID, status_reason=WHY, version=Contract.version + 1)
                .execution_options(synchronize_session=False)
            )
            status = {"status": self._now[one].status}
            entries.append(Entry("voided", "contract", one, WHY, status, {"status": ContractStatus.VOID}))
            void = _("{player}: the contract with {team}, once signed, becomes void.")
            self.words.append(void.format(player=self.player, team=self._now[one].team))
        return entries

    async def _changed(self, one: int, was: Mapping[str, Any]) -> tuple[dict[str, object], dict[str, object]]:
        now = self._now[one]
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        for column in KEPT:
            name = column.key
            value = getattr(now, name)
            value = value.isoformat() if isinstance(value, date) else value
            if value != was[name]:
                before[name], after[name] = value, was[name]
        if "team_id" in after:
            before["team"] = now.team
            after["team"] = await self._session.scalar(select(Team.name).where(Team.id == was["team_id"]))
        return before, after

    def _said(self, after: Mapping[str, object]) -> str:
        said = []
        if "status" in after:
            said.append(_("{status} again").format(status=_(str(after["status"]))))
        if "team" in after:
            said.append(_("with {team} again").format(team=after["team"]))
        for name, words in (("due_on", _("due {day} again")), ("offered_on", _("offered {day} again"))):
            if name in after and "status" not in after:
                value = after[name]
                day = _("no day") if value is None else self._clock.on(date.fromisoformat(str(value)))
                said.append(words.format(day=day))
        return ", ".join(said) or _("as before")
