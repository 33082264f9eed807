"""Edits of guardians that are undone: the guardian and the player's guardians are as they were."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Outbox, Player, PlayerGuardian
from bball_tui.database.states import ROW, OutboxState
from bball_tui.language import _, later
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.editing.family_kept_for_undo import LINK_COLUMNS, PERSON_COLUMNS
from bball_tui.league.editing.family_mails import withdraw
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.undoing.changes import Changes
from bball_tui.league.undoing.contracts import EARLIER
from bball_tui.league.undoing.mails import WHY, mail_words, obstacle, read_mails, take_mails_back
from bball_tui.league.undoing.outcome import Going
from bball_tui.league.undoing.own_acts import OwnAct, Row
from bball_tui.wording import counted

_REMOVE = text("SELECT bball_remove_guardians(:league_id, CAST(:ids AS bigint[]))")
_LINKING = ("guardian_added", "guardian_removed")


async def undo_family(
    session: AsyncSession, league_id: int, act: OwnAct, rows: Sequence[Row], changes: Changes, going: Going
) -> None:
    """Undo the act as a whole, or say why not; the caller commits."""
    edit = _Edit(session, league_id, rows)
    mails = await read_mails(session, league_id, act, rows, await edit.hold())
    if (why := await edit.obstacle(changes)) is not None:
        going.kept.append(why)
        return
    if (why := obstacle(mails, changes.clock) or await edit.told(act, changes.clock)) is not None:
        going.kept.append(_("{why} Edit the guardian again instead.").format(why=why))
        return
    going.cancelled, going.again = await take_mails_back(session, league_id, mails)
    going.back += await edit.put_back()
    taken = await edit.withdraw(act)
    going.cancelled += taken
    going.back += mail_words(mails)
    if taken:
        going.back.append(_("{e_mails} canceled.").format(e_mails=counted(taken, "e-mail")))


class _Edit:
    """What the act did to guardians and to whose they are."""

    def __init__(self, session: AsyncSession, league_id: int, rows: Sequence[Row]) -> None:
        self._session, self._league_id = session, league_id
        self._made = sorted({row.entity_id for row in rows if (row.entity, row.action) == ("guardian", "created")})
        changing = [row for row in rows if row.entity in ("guardian", "player") and row.action != "created"]
        self._noted = all(ROW in row.before for row in changing)
        self._persons: dict[int, Mapping[str, Any]] = {}
        self._links: dict[int, list[Mapping[str, Any]]] = {}
        for row in changing:
            kept = row.before.get(ROW, {})
            if "guardian" in kept:
                self._persons.setdefault(row.entity_id, kept["guardian"])
            if "links" in kept:
                self._links.setdefault(kept["player_id"], kept["links"])
        self._now: dict[int, Any] = {}
        self._reached: list[tuple[int, int]] = []

    def _linked(self) -> set[int]:
        return {link["guardian_id"] for links in self._links.values() for link in links}

    async def hold(self) -> set[int]:
        """Lock who is concerned; the contracts about which the act may have promised mails."""
        guardians = {
            *self._persons,
            *self._made,
            *(link["guardian_id"] for links in self._links.values() for link in links),
        }
        await self._session.execute(
            select(Player.id).where(among(Player.id, self._links)).order_by(Player.id).with_for_update()
        )
        found = await self._session.execute(
            select(Guardian.__table__)
            .where(Guardian.league_id == self._league_id, among(Guardian.id, guardians))
            .order_by(Guardian.id)
            .with_for_update()
        )
        self._now = {row.id: row for row in found}
        pairs = await self._session.execute(
            select(PlayerGuardian.player_id, PlayerGuardian.guardian_id, PlayerGuardian.receives_email).where(
                among(PlayerGuardian.player_id, self._links) | among(PlayerGuardian.guardian_id, self._persons)
            )
        )
        self._reached = [
            (row.player_id, row.guardian_id)
            for row in pairs
            if row.receives_email and self._reachable_since(row.player_id, row.guardian_id)
        ]
        children = select(PlayerGuardian.player_id).where(among(PlayerGuardian.guardian_id, self._persons))
        contracts = await self._session.scalars(
            select(Contract.id).where(
                Contract.league_id == self._league_id,
                among(Contract.player_id, self._links) | Contract.player_id.in_(children),
            )
        )
        ids = set(contracts)
        await lock_contracts(self._session, self._league_id, ids)
        return ids

    def _reachable_since(self, player_id: int, guardian_id: int) -> bool:
        """Whether e-mails about the player go where they did not go before the act."""
        was = self._persons.get(guardian_id)
        if was is not None and was["email"] != self._now[guardian_id].email:
            return True
        if player_id not in self._links:
            return False
        link = next((one for one in self._links[player_id] if one["guardian_id"] == guardian_id), None)
        return link is None or not link["receives_email"]

    async def obstacle(self, changes: Changes) -> str | None:
        """Why it does not go back: somebody changed it since, or it was not noted well enough."""
        if not self._noted:
            return _(EARLIER)
        wanted = {*self._persons, *self._linked()}
        if wanted - self._now.keys():
            return _("A guardian of the family is not there anymore.")
        if why := await changes.since("guardian", {*wanted, *self._made}, _("a guardian of the family")):
            return why
        return await changes.since(
            "player",
            self._links,
            _("the player's guardians"),
            (*_LINKING, "erased", "merged_into", "changed"),
            ["guardian_id"],
        )

    async def told(self, act: OwnAct, clock: LeagueClock) -> str | None:
        """Whether one of whom only the act made a reader has or may have an e-mail about the player."""
        if not self._reached:
            return None
        mail = (
            await self._session.execute(
                select(Outbox.recipient)
                .join(Contract, Contract.id == Outbox.contract_id)
                .join(Guardian, Guardian.address == Outbox.address)
                .where(
                    Outbox.league_id == self._league_id,
                    Guardian.league_id == self._league_id,
                    tuple_(Contract.player_id, Guardian.id).in_(self._reached),
                    Outbox.created_at > act.at,
                    Outbox.state.in_((OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT))
                    | (Outbox.claims > 0),
                )
                .limit(1)
            )
        ).scalar_one_or_none()
        return None if mail is None else _("The e-mail to {recipient} went out, or may have.").format(recipient=mail)

    async def withdraw(self, act: OwnAct) -> int:
        """Cancel what waits for somebody who is not to have it, now that the act is undone; how many."""
        taken = 0
        for player_id, guardian_id in self._reached:
            address = self._now[guardian_id].email if guardian_id in self._now else None
            taken += await withdraw(self._session, self._league_id, player_id, address or "", why=WHY, since=act.at)
        return taken

    async def put_back(self) -> list[str]:
        """Write it, and say so in the audit; sentences about it."""
        said: list[str] = []
        entries: list[Entry] = []
        for one, was in self._persons.items():
            names = [name for name in PERSON_COLUMNS if getattr(self._now[one], name) != was[name]]
            if names:
                await self._session.execute(
                    update(Guardian)
                    .where(Guardian.league_id == self._league_id, Guardian.id == one)
                    .values(**{name: was[name] for name in names}, version=Guardian.version + 1)
                    .execution_options(synchronize_session=False)
                )
                before = {name: getattr(self._now[one], name) for name in names}
                entries.append(Entry("put_back", "guardian", one, WHY, before, {name: was[name] for name in names}))
                fields = ", ".join(f"{_(_word(name))} {was[name] or _('empty')}" for name in names)
                person = f"{was['first_name']} {was['last_name']}"
                said.append(_("{person}: {fields} again.").format(person=person, fields=fields))
        for player_id, links in self._links.items():
            said += await self._relink(player_id, links, entries)
        if self._made:
            values = {"league_id": self._league_id, "ids": self._made}
            for one in set(self._made) - set(await self._session.scalars(_REMOVE, values)):
                stays = _("{guardian} stays in the league: a signature names this guardian.")
                said.append(stays.format(guardian=await self._name(one)))
        await record(self._session, self._league_id, entries)
        return said

    async def _relink(self, player_id: int, links: Sequence[Mapping[str, Any]], entries: list[Entry]) -> list[str]:
        said = []
        player = await self._session.scalar(
            select(Player.first_name + " " + Player.last_name).where(Player.id == player_id)
        )
        own = (PlayerGuardian.league_id == self._league_id) & (PlayerGuardian.player_id == player_id)
        table = PlayerGuardian.__table__
        there = {row.guardian_id: row for row in await self._session.execute(select(table).where(own))}
        wanted = {link["guardian_id"]: {name: link[name] for name in LINK_COLUMNS} for link in links}
        for one in sorted(there.keys() - wanted.keys()):
            await self._session.execute(
                delete(PlayerGuardian)
                .where(own, PlayerGuardian.guardian_id == one)
                .execution_options(synchronize_session=False)
            )
            entries.append(Entry("guardian_removed", "player", player_id, WHY, before={"guardian_id": one}))
            gone = _("{guardian} is no guardian of {player} again.")
            said.append(gone.format(guardian=await self._name(one), player=player))
        for one, link in wanted.items():
            if one not in there:
                await self._session.execute(
                    insert(PlayerGuardian).values(
                        league_id=self._league_id, player_id=player_id, guardian_id=one, **link
                    )
                )
                entries.append(Entry("guardian_added", "player", player_id, WHY, after={"guardian_id": one}))
                back = _("{guardian} is a guardian of {player} again.")
                said.append(back.format(guardian=await self._name(one), player=player))
                continue
            names = [name for name in LINK_COLUMNS if getattr(there[one], name) != link[name]]
            if not names:
                continue
            await self._session.execute(
                update(PlayerGuardian)
                .where(own, PlayerGuardian.guardian_id == one)
                .values(**{name: link[name] for name in names})
                .execution_options(synchronize_session=False)
            )
            if names != ["position"]:
                before = {"player_id": player_id, **{name: getattr(there[one], name) for name in names}}
                after = {"player_id": player_id, **{name: link[name] for name in names}}
                entries.append(Entry("put_back", "guardian", one, WHY, before, after))
                fields = ", ".join(f"{_(_word(name))} {_plain(link[name])}" for name in names)
                told = _("{guardian}, for {player}: {fields} again.")
                said.append(told.format(guardian=await self._name(one), player=player, fields=fields))
        moved = any(there[one].position != link["position"] for one, link in wanted.items() if one in there)
        if moved and not said:
            said.append(_("The guardians of {player} are in their order again.").format(player=player))
        return said

    async def _name(self, guardian_id: int) -> str:
        found = await self._session.scalar(
            select(Guardian.first_name + " " + Guardian.last_name).where(
                Guardian.league_id == self._league_id, Guardian.id == guardian_id
            )
        )
        return found or _("a guardian who is gone")


def _word(name: str) -> str:
    return {"email": "e-mail", "receives_email": later("gets e-mail")}.get(name, name.replace("_", " "))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("nothing") if value is None else str(value)
