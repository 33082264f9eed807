"""One write to GroupMe, and the search for a group whose creation got no answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from msgspec import Struct, field
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.groupme.api.account import open_client, pace_for
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.errors import RateLimited
from bball_tui.groupme.api.models import Group
from bball_tui.groupme.api.wire import Clock, Sleep, utc_now
from bball_tui.groupme.links.last_season_group import hand_on
from bball_tui.groupme.links.linking import Linked, SeenGroup
from bball_tui.groupme.notify.enqueue import link_and_tell, tell_families
from bball_tui.groupme.plan.make_plan import is_made_by
from bball_tui.groupme.plan.plan_inputs import LostCreate
from bball_tui.groupme.run.intents import Intent
from bball_tui.groupme.run.progress import Control, Pace, Progress, Report, unheard
from bball_tui.language import _
from bball_tui.settings import Settings

T = TypeVar("T")


class Sender(Struct):
    """What every step of a run needs: the database, the client, and the manners."""

    database: Database
    client: GroupMeClient
    league_id: int
    season_id: int
    pace: Pace = field(default_factory=Pace)
    control: Control = field(default_factory=Control)
    report: Report = lambda progress: None
    sleep: Sleep = asyncio.sleep
    now: Clock = utc_now
    tells: frozenset[int] = frozenset()
    """The teams whose families get a mail as soon as there is a new share link."""
    told: int = 0
    """How many such mails were promised."""
    done: int = 0
    total: int = 0

    def tell(self, doing: str) -> None:
        """Say what is being done."""
        self.report(Progress(self.done, self.total, doing))

    async def link(
        self, session: AsyncSession, team_id: int, group: Group, *, how: str, renamed: bool = False
    ) -> Linked:
        """Link the team with its group, and tell its families in the same transaction if that is wanted."""
        return await self.link_seen(session, team_id, SeenGroup.of(group), how=how, renamed=renamed)

    async def link_seen(
        self, session: AsyncSession, team_id: int, group: SeenGroup, *, how: str, renamed: bool = False
    ) -> Linked:
        """The same for a group as it was last seen."""
        tell = team_id in self.tells
        linked, told = await link_and_tell(session, self.league_id, team_id, group, how=how, tell=tell, renamed=renamed)
        if told is not None:
            self.told += len(told.outbox_ids)
        return linked

    async def hand_on(self, session: AsyncSession, source_id: int, team_id: int, group: SeenGroup) -> Linked:
        """Make last season's group this team's; its families are told like those of any other link."""
        linked = await hand_on(session, self.league_id, source_id, team_id, group)
        if linked.link_changed and team_id in self.tells:
            self.told += len((await tell_families(session, self.league_id, team_id)).outbox_ids)
        return linked

    async def write(self, send: Callable[[], Awaitable[T]], doing: str) -> T:
        """Send one write, after the pause that keeps to the pace; wait once where GroupMe asks for a short pause.

        Raises:
            GroupMeError: it was refused, or its outcome is not known.
        """
        await self.sleep(self.pace.between_writes)
        self.tell(doing)
        try:
            return await send()
        except RateLimited as error:
            wait = (error.until - self.now()).total_seconds()
            if wait > self.pace.longest_pause or self.control.cancelled:
                raise
            self.report(Progress(self.done, self.total, _("GroupMe asks for a pause."), error.until))
            await self.sleep(max(wait, 0.0))
            return await send()

    async def find_made(self, intent: Intent, taken: frozenset[str], my_id: str) -> tuple[Group, ...] | None:
        """The groups that may be what ``intent`` asked for, looked for until one shows or the waits are over.

        An intent that is older than all the waits together is looked for once. None: the run was canceled, or the
        list was not complete, so nothing is known. ``taken`` are groups that other teams have.

        Raises:
            GroupMeError: the list cannot be read.
        """
        waits = (0.0, *self.pace.lookups)
        if intent.age.total_seconds() > sum(waits):
            waits = (0.0,)
        lost = LostCreate(intent.team_id, intent.name, intent.tag, intent.at)
        complete = False
        for wait in waits:
            if self.control.cancelled:
                return None
            if wait:
                self.tell(_("Looking whether the group '{intent}' was made.").format(intent=intent.name))
                await self.sleep(wait)
            listing = await self.client.all_groups()
            found = tuple(g for g in listing if g.id not in taken and is_made_by(g, lost, my_id))
            if found:
                return found
            complete = listing.complete
        return () if complete else None


@asynccontextmanager
async def open_sender(
    database: Database,
    league_id: int,
    season_id: int,
    settings: Settings,
    *,
    report: Report | None = None,
    control: Control | None = None,
    tells: frozenset[int] = frozenset(),
) -> AsyncIterator[Sender]:
    """What a run needs, with the account of the token.

    Raises:
        BballError: there is no token, or the setting groupme_url is no address that a token may be sent to.
    """
    async with open_client(settings) as client:
        yield Sender(
            database,
            client,
            league_id,
            season_id,
            pace=pace_for(settings),
            control=control or Control(),
            report=report or unheard,
            tells=tells,
        )
