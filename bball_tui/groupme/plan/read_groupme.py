"""Reads from GroupMe what a plan needs: the account, all its groups, and a close look at each linked one."""

import asyncio
from collections.abc import Callable, Collection
from types import MappingProxyType

from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.errors import BadToken, GroupMeError, NotFound, RateLimited
from bball_tui.groupme.api.wire import Clock, utc_now
from bball_tui.groupme.plan.plan_inputs import Gone, Look, Snapshot, Unread
from bball_tui.language import _

AT_ONCE = 4
"""So many groups are looked at side by side: quicker than one by one, and far from being a burden."""

ENOUGH = 3
"""After so many groups that could not be read the rest is not asked for: each costs several tries."""

STATES = {
    "exited": _("this account has left it"),
    "removed": _("this account was removed from it"),
    "exited_removed": _("this account was removed from it after leaving"),
    "pending": _("this account has asked to join and no one has let it in yet"),
}
NOT_THERE = _("GroupMe does not know it, or this account was never in it")

Report = Callable[[int, int], None]
"""Called with how many linked groups were looked at, and how many there are."""


async def read_snapshot(
    client: GroupMeClient,
    linked: Collection[str],
    *,
    report: Report = lambda done, total: None,
    now: Clock = utc_now,
) -> Snapshot:
    """What GroupMe says now. A linked group that cannot be read is :class:`Unread`, never an error.

    Raises:
        GroupMeError: the account or the list of groups cannot be read at all.
    """
    me = await client.me()
    listing = await client.all_groups()
    looks = await _Looks(client, report, len(linked)).at_all(sorted(linked))
    if any(isinstance(look, Gone) for look in looks.values()):
        looks = await _explained(client, looks)
    return Snapshot(me, listing.groups, listing.complete, now(), MappingProxyType(looks))


class _Looks:
    """Looks at linked groups, a few at once, and stops asking when GroupMe wants a pause."""

    def __init__(self, client: GroupMeClient, report: Report, total: int) -> None:
        self._client = client
        self._report = report
        self._total = total
        self._done = 0
        self._pause: str | None = None
        self._faults = 0
        self._places = asyncio.Semaphore(AT_ONCE)

    async def at_all(self, group_ids: Collection[str]) -> dict[str, Look]:
        async with asyncio.TaskGroup() as tasks:
            asked = {group_id: tasks.create_task(self._guarded(group_id)) for group_id in group_ids}
        looks: dict[str, Look] = {}
        for group_id, task in asked.items():
            found = task.result()
            if isinstance(found, BadToken):
                raise found
            looks[group_id] = found
        return looks

    async def _guarded(self, group_id: str) -> Look | BadToken:
        async with self._places:
            try:
                return await self._at(group_id)
            except BadToken as error:
                # Raised inside the task it would leave the group of tasks wrapped in another error.
                return error
            finally:
                self._done += 1
                self._report(self._done, self._total)

    async def _at(self, group_id: str) -> Look:
        if self._pause is not None:
            return Unread(self._pause)
        try:
            return await self._client.group(group_id)
        except NotFound:
            return Gone(NOT_THERE)
        except BadToken:
            raise
        except RateLimited as error:
            self._pause = str(error).removesuffix(".")
            return Unread(self._pause)
        except GroupMeError as error:
            self._faults += 1
            why = str(error).removesuffix(".")
            if self._faults >= ENOUGH:
                self._pause = why
            return Unread(why)


async def _explained(client: GroupMeClient, looks: dict[str, Look]) -> dict[str, Look]:
    """With the reason for each group that is gone, as far as GroupMe tells."""
    try:
        states = await client.membership_states()
    except GroupMeError:
        return looks
    return {
        group_id: Gone(STATES.get(states.get(group_id, ""), NOT_THERE)) if isinstance(look, Gone) else look
        for group_id, look in looks.items()
    }
