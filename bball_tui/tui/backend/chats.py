"""The team chats: what is stored about them, and what GroupMe is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource
from bball_tui.errors import BballError
from bball_tui.tui.backend.core import League
from bball_tui.tui.guarded import told

if TYPE_CHECKING:
    from pathlib import Path

    from bball_tui.database.states import TeamState
    from bball_tui.groupme.links.link_preview import Rehearsed
    from bball_tui.groupme.links.linking import Linked, Unlinked
    from bball_tui.groupme.notify.enqueue import Told
    from bball_tui.groupme.notify.unaware_families import FamiliesToTell
    from bball_tui.groupme.plan.membership import Household
    from bball_tui.groupme.plan.plan import Action
    from bball_tui.groupme.plan.status import Creation, Reading
    from bball_tui.groupme.plan.team_list import ChatRow
    from bball_tui.groupme.run.progress import Applied, Control, Report
    from bball_tui.groupme.run.sending import Sender


@dataclass(frozen=True, slots=True)
class ChatDetail:
    """One team's chat, as it is stored: with the families who do not have its link, and those who may have joined."""

    row: ChatRow
    to_tell: FamiliesToTell
    households: tuple[Household, ...]


class ChatCalls(League):
    """What the tab GroupMe asks for."""

    def no_token(self) -> str | None:
        """Why GroupMe cannot be asked, in a sentence; None when there is a token."""
        from bball_tui.groupme.api.account import NO_TOKEN, token_from

        try:
            return NO_TOKEN if token_from() is None else None
        except BballError as error:
            return str(error)

    def chats(self, text: str, state: TeamState | None = None) -> RecordSource[ChatRow]:
        """The season's teams with their chats; only those in ``state``."""
        from bball_tui.groupme.plan.team_list import chat_source

        season_id = None if self.season is None else self.season.id
        return self._source(chat_source(self.database, self.league.id, season_id, text, state))

    async def chat(self, team_id: int) -> ChatDetail:
        """One team.

        Raises:
            BballError: it is gone.
        """
        from bball_tui.groupme.notify.unaware_families import families_to_tell
        from bball_tui.groupme.plan.membership import read_households
        from bball_tui.groupme.plan.team_list import ChatListing

        async with self._session() as session:
            row = await ChatListing(self.league.id, None).one(session, team_id)
            if row is None:
                raise BballError("This team is not there any more.")
            families = await families_to_tell(session, self.league.id, team_id)
            return ChatDetail(row, families, await read_households(session, self.league.id, team_id))

    async def share_link(self, team_id: int) -> str:
        """The whole share link, for whoever asked to see it.

        Raises:
            BballError: the team has none.
        """
        from bball_tui.groupme.plan.team_facts import share_link

        async with self._session() as session:
            return await share_link(session, self.league.id, team_id)

    async def write_code(self, share_url: str, path: Path) -> None:
        """Write the QR code of a link as an image."""
        from bball_tui.groupme.links.qr import write_image

        await asyncio.to_thread(write_image, share_url, path)

    # Asking GroupMe

    @asynccontextmanager
    async def _sender(
        self, report: Report | None = None, control: Control | None = None, tells: frozenset[int] = frozenset()
    ) -> AsyncIterator[Sender]:
        from bball_tui.groupme.api.account import open_client, pace_for
        from bball_tui.groupme.run.progress import Control, unheard
        from bball_tui.groupme.run.sending import Sender

        if self.season is None:
            raise BballError("The league has no season yet. Import a roster first ({desk.import}).")
        with told(self.settings.log_file):
            async with open_client(self.settings) as client:
                yield Sender(
                    self.database,
                    client,
                    self.league.id,
                    self.season.id,
                    pace=pace_for(self.settings),
                    control=control or Control(),
                    report=report or unheard,
                    tells=tells,
                )

    async def read_chats(self, report: Report) -> Reading:
        """How the chats stand, asked of GroupMe."""
        from bball_tui.groupme.plan.status import read_chats

        async with self._sender(report) as sender:
            return await read_chats(sender)

    async def apply_chats(
        self, wanted: Sequence[Action], tells: frozenset[int], control: Control, report: Report
    ) -> Applied:
        """Do these actions of a plan, in its order. The families of the teams ``tells`` hear of a new link."""
        from bball_tui.groupme.run.apply import apply

        async with self._sender(report, control, tells) as sender:
            return await apply(sender, wanted)

    async def plan_creation(self, team_id: int, report: Report, *, although_similar: bool = False) -> Creation:
        """What it takes to create one team's group."""
        from bball_tui.groupme.plan.status import plan_creation

        async with self._sender(report) as sender:
            return await plan_creation(sender, team_id, although_similar=although_similar)

    async def create_chat(self, creation: Creation, tells: frozenset[int], control: Control, report: Report) -> Applied:
        """Create one team's group."""
        from bball_tui.groupme.plan.status import settle_others
        from bball_tui.groupme.run.apply import apply

        async with self._sender(report, control, tells) as sender:
            await settle_others(sender, creation)
            return await apply(sender, creation.actions, try_again=True)

    # Linking by hand

    async def rehearse_link(self, team_id: int, text: str, *, chosen: bool) -> Rehearsed:
        """What linking the group would do whose share link or number ``text`` is. Nothing stays.

        Without a token a share link alone will do. ``chosen``: from the list, not pasted.

        Raises:
            BballError: it is neither, GroupMe shows no such group, or it cannot be linked; the message says why.
        """
        from bball_tui.groupme.api.account import open_client, token_from
        from bball_tui.groupme.links.link_preview import rehearse_link
        from bball_tui.groupme.links.resolve_group import look_up
        from bball_tui.groupme.links.share_links import read_pasted

        pasted = read_pasted(text)
        how = "chosen from the list" if chosen else "by its share link" if pasted.share_url else "by its id"
        with told(self.settings.log_file):
            async with AsyncExitStack() as opened:
                known = token_from() is not None
                client = await opened.enter_async_context(open_client(self.settings)) if known else None
                found = await look_up(client, pasted)
        async with self._session() as session:
            return await rehearse_link(session, self.league.id, team_id, found, how)

    async def link_chat(self, team_id: int, rehearsed: Rehearsed, *, tell: bool) -> tuple[Linked, Told | None]:
        """Do what was rehearsed; with ``tell`` the mails about the link are promised in the same transaction."""
        from bball_tui.groupme.notify.enqueue import link_and_tell

        async with self._session() as session:
            return await link_and_tell(
                session,
                self.league.id,
                team_id,
                rehearsed.chosen.group,
                how=rehearsed.how,
                tell=tell,
                by_hand=True,
            )

    async def families_of(
        self, team_ids: Collection[int], *, any_link: bool = False
    ) -> tuple[tuple[str, FamiliesToTell], ...]:
        """Who was welcomed without the present link (or any new one), with the name of the team."""
        from bball_tui.groupme.notify.enqueue import families_of

        async with self._session() as session:
            return await families_of(session, self.league.id, team_ids, any_link=any_link)

    async def tell_families(self, team_ids: Sequence[int]) -> int:
        """Promise the mails about the present link, each team's in a transaction; how many."""
        from bball_tui.groupme.notify.enqueue import tell_families

        mails = 0
        for team_id in team_ids:
            async with self._session() as session:
                mails += len((await tell_families(session, self.league.id, team_id)).outbox_ids)
        return mails

    async def send_anyway(self, team_ids: Sequence[int]) -> int:
        """Make the mails due that wait for these teams' links; how many."""
        from bball_tui.outbox.waiting import release

        mails = 0
        for team_id in team_ids:
            async with self._session() as session:
                mails += await release(session, self.league.id, team_id, why="sent without the link of the team chat")
        return mails

    async def set_wait_for_chat(self, wait: bool) -> None:
        """Whether welcome mails wait for the link from now on."""
        from bball_tui.league.profile import ProfileChange, change_profile

        async with self._session() as session:
            self._league = await change_profile(session, self.league, ProfileChange(wait_for_chat=wait))

    async def dismiss_groups(self, team_id: int, group_ids: list[str]) -> None:
        """These groups are not the team's."""
        from bball_tui.groupme.links.linking import dismiss

        async with self._session() as session:
            await dismiss(session, self.league.id, team_id, group_ids, reason="on the screen")

    async def propose_again(self, team_id: int) -> int:
        """Forget what was dismissed; how many groups."""
        from bball_tui.groupme.links.linking import propose_again

        async with self._session() as session:
            return await propose_again(session, self.league.id, team_id)

    async def unlink_chat(self, team_id: int) -> Unlinked:
        """Forget the team's group and link."""
        from bball_tui.groupme.links.linking import unlink

        async with self._session() as session:
            return await unlink(session, self.league.id, team_id, reason="on the screen")
