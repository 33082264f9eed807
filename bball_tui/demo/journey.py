"""The demo's story: a roster comes in, contracts are signed, mails arrive, one fails and one has to wait.

Everything goes through the same parts as in a real league; only the people and the mail server are invented.
"""

from collections.abc import Callable, Sequence
from importlib.resources import files

from bball_tui.database.states import OutboxState
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.demo import sample_league as cast
from bball_tui.demo.chats import furnish, link_chats
from bball_tui.demo.mail_folder import arrived
from bball_tui.demo.stage import SLUG, Stage
from bball_tui.league.contracts.signing import SigningRequest, SigningResult, sign
from bball_tui.league.contracts.signing_preview import SigningPreview, preview_signing
from bball_tui.league.contracts.undo import undo
from bball_tui.league.importing.diff_model import Counts
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import LeagueInfo, create_league, find_league
from bball_tui.league.roster.lists import list_contracts, list_teams
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.outbox.staff_actions import retry
from bball_tui.resources import on_disk
from bball_tui.wording import counted

Say = Callable[[str], None]
SHOWN_MAILS = 4
ROSTER = "roster.csv"


class Journey:
    """The steps, in order. ``say`` is told in sentences what happened."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._database = stage.database
        self._say = say
        self._steps = 0

    async def prepare(self) -> None:
        """Bring the league to where the screen opens: contracts signed, mails sent, one failed, some held."""
        league = await self._begin()
        await self._import(league)
        reader = await self._sign_one(league)
        await self._sign_many(league)
        await self._hold_some(league)
        await self._send(league, reader)
        await self._look_at_troubles(league)
        self._stage.mark_prepared()

    async def finish(self) -> None:
        """What staff would do next: fix what failed, send it again, and see that nothing goes out twice."""
        async with self._database.session() as session:
            league = await find_league(session, SLUG)
            failed = await list_items(session, league.id, OutboxFilter(bucket=BucketName.FAILED))
        self._step(f"The family says that their mailbox works again, so the e-mail to {cast.UNKNOWN} is tried again.")
        self._stage.mail.unknown.discard(cast.UNKNOWN)
        async with self._database.session() as session:
            await retry(session, league.id, [item.id for item in failed])
        before = {mail.file for mail in arrived(self._stage.mail.folder)}
        self._tell(await self._drain(league))
        for mail in arrived(self._stage.mail.folder):
            if mail.file not in before:
                self._tell(f"{mail.recipient} got “{mail.subject}”: {mail.file}")
        self._step("A worker runs once more, and sends nothing: no e-mail goes out twice.")
        self._tell(await self._drain(league))

    async def _begin(self) -> LeagueInfo:
        async with self._database.session() as session:
            created = await create_league(session, cast.LEAGUE, slug=SLUG)
            await cast.dress(session, created.id)
            league = await find_league(session, SLUG)
        self._step(f"A new league: {league.name}, in a database of its own ({self._stage.settings.server_dir}).")
        return league

    async def _import(self, league: LeagueInfo) -> None:
        self._step(f"A roster is imported for {cast.SEASON}.")
        with on_disk(files("bball_tui") / "demo") as demo:
            report = await run_import(self._database, league, demo / ROSTER, ImportOptions(season=cast.SEASON))
            again = await run_import(self._database, league, demo / ROSTER, ImportOptions(season=cast.SEASON))
        self._tell(f"New: {_counts(report.imported.created)}.")
        self._tell(f"The same file again: new: {_counts(again.imported.created)}. Importing twice changes nothing.")
        async with self._database.session() as session:
            await link_chats(session, league.id, self._stage.chats)
            await furnish(session, league.id, self._stage.chats)
            teams = await list_teams(session, league.id, RosterFilter())
        linked = sum(team.chat.value == "linked" for team in teams)
        self._tell(f"{linked} of {len(teams)} teams get the link to their chat.")

    async def _sign_one(self, league: LeagueInfo) -> str:
        """One signing with its preview, taken back and made again. Returns the first address that gets a mail."""
        async with self._database.session() as session:
            rows = await list_contracts(session, league.id, RosterFilter(text=cast.FIRST_PLAYER))
            preview = await preview_signing(session, league.id, [rows[0].id])
        self._step(f"{rows[0].first} {rows[0].last} is about to be signed. What would happen is shown first.")
        self._tell_preview(preview)
        result = await self._sign(league, preview, hold_seconds=None)
        self._step(
            f"Signed. {counted(len(result.outbox_ids), 'e-mail')} queued in the same transaction, "
            f"and held for {preview.hold_seconds} seconds."
        )
        async with self._database.session() as session:
            undone = await undo(session, league.id, [row.id for row in rows[:1]])
        self._step(
            f"A slip: undo takes {counted(len(undone.undone), 'signature')} and "
            f"{counted(len(undone.cancelled), 'e-mail')} back together."
        )
        async with self._database.session() as session:
            preview = await preview_signing(session, league.id, [rows[0].id])
        result = await self._sign(league, preview, hold_seconds=0)
        self._tell(f"Signed again, {counted(len(result.outbox_ids), 'e-mail')} queued.")
        return preview.contracts[0].recipients[0].address

    async def _sign_many(self, league: LeagueInfo) -> None:
        preview = await self._preview_teams(league, cast.SIGNED_TEAMS)
        self._step(f"{len(preview.contracts)} contracts of {len(cast.SIGNED_TEAMS)} teams are signed at once.")
        result = await self._sign(league, preview, hold_seconds=0)
        self._tell(
            f"{counted(len(result.signed), 'signature')} and {counted(len(result.outbox_ids), 'e-mail')} "
            "in one transaction."
        )
        for notice in preview.notices:
            self._tell(f"! {notice.text}")

    async def _hold_some(self, league: LeagueInfo) -> None:
        preview = await self._preview_teams(league, (cast.HELD_TEAM,), at_most=cast.HELD_CONTRACTS)
        result = await self._sign(league, preview, hold_seconds=cast.HELD_SECONDS)
        self._step(
            f"{counted(len(result.signed), 'contract')} more, with an hour to undo: "
            f"{counted(len(result.outbox_ids), 'e-mail')} held."
        )

    async def _send(self, league: LeagueInfo, reader: str) -> None:
        self._step(f"A worker sends what is due, to the demo's own mail server ({self._stage.mail.url}).")
        self._tell(await self._drain(league))
        mails = arrived(self._stage.mail.folder)
        for mail in mails[:SHOWN_MAILS]:
            self._tell(f"{mail.recipient} got “{mail.subject}”: {mail.file}")
        if len(mails) > SHOWN_MAILS:
            self._tell(f"... and {len(mails) - SHOWN_MAILS} more in {self._stage.mail.folder / 'new'}")
        self._step(f"What {reader} reads, without pictures and colors:")
        for mail in mails:
            if mail.recipient == reader:
                for line in mail.text.splitlines():
                    self._say(f"   | {line}".rstrip())

    async def _look_at_troubles(self, league: LeagueInfo) -> None:
        self._step("Two e-mails did not arrive, and the outbox says why.")
        async with self._database.session() as session:
            items = await list_items(session, league.id, OutboxFilter())
        for item in items:
            said = f"{item.error_code or ''} {item.error_text or ''}".strip()
            if item.state is OutboxState.DEAD:
                self._tell(f"Failed: {item.recipient}: the mail server said {said}. Staff decide what next.")
            elif item.state is OutboxState.QUEUED and item.error_class is not None:
                moment = item.available_at.astimezone(league.zone)
                self._tell(f"Waits: {item.recipient}: the mail server said {said}. Next try at {moment:%H:%M:%S}.")

    async def _preview_teams(
        self, league: LeagueInfo, names: Sequence[str], at_most: int | None = None
    ) -> SigningPreview:
        async with self._database.session() as session:
            teams = await list_teams(session, league.id, RosterFilter())
            ids = [
                contract.id
                for team in teams
                if team.name in names
                for contract in await list_contracts(session, league.id, RosterFilter(team_id=team.id))
            ]
            return await preview_signing(session, league.id, ids[:at_most])

    async def _sign(self, league: LeagueInfo, preview: SigningPreview, *, hold_seconds: int | None) -> SigningResult:
        async with self._database.session() as session:
            return await sign(session, league.id, SigningRequest(contracts=preview.signable, hold_seconds=hold_seconds))

    async def _drain(self, league: LeagueInfo) -> str:
        transport = open_transport(self._stage.settings)
        try:
            worker = Worker(self._database, league.id, self._stage.settings, transport, place="demo")
            return _numbers(await worker.drain())
        finally:
            await transport.close()

    def _tell_preview(self, preview: SigningPreview) -> None:
        for contract in preview.contracts:
            if contract.signer is not None:
                self._tell(f"Signs: {contract.signer.name}, {contract.signer.capacity.value.replace('_', ' ')}")
            for recipient in contract.recipients:
                self._tell(f"E-mail to: {recipient.first} {recipient.last} <{recipient.address}>")
        for notice in preview.notices:
            self._tell(f"! {notice.text}")

    def _step(self, sentence: str) -> None:
        self._steps += 1
        self._say(f"{self._steps}. {sentence}")

    def _tell(self, sentence: str) -> None:
        self._say(f"   {sentence}")


def _counts(counts: Counts) -> str:
    return (
        f"{counted(counts.teams, 'team')}, {counted(counts.players, 'player')}, "
        f"{counted(counts.guardians, 'guardian')}, {counted(counts.contracts, 'contract')}"
    )


def _numbers(drained: Drained) -> str:
    return (
        f"{drained.sent} sent, {drained.failed} failed, {drained.in_doubt} in doubt, "
        f"{drained.queued} waiting for the next try, {drained.held} held for undo."
    )
