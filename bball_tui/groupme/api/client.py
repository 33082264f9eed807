"""The GroupMe API, as far as this program needs it. Deleting groups is not offered.

The routes for creating, changing and adding are no longer documented (they were in 2021) and may be closed to third
parties at any time; then :class:`VerificationRefused` says so and everything else keeps working.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import quote

from msgspec import Struct, field

from bball_tui.groupme.api.answers import Failed, Refusal, Success
from bball_tui.groupme.api.errors import BadToken, GroupMeError, NotFound
from bball_tui.groupme.api.models import (
    Account,
    AddResults,
    Fields,
    Group,
    GroupChange,
    Listing,
    NewGroup,
    NewMember,
    each,
)
from bball_tui.groupme.api.retry import Polling, RetryPolicy, Safety, Timeouts
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.api.wire import BASE_URL, ME, Clock, Sleep, Wire, utc_now
from bball_tui.language import _

PER_PAGE = 100
MAX_PAGES = 200
"""A listing that needs more is not complete: nobody is in 20,000 groups."""

HIGHEST_MEMBERSHIP_GAP = 20
"""So many groups that the list lacks are looked up one by one; more of them, and the list is not complete."""


class _Pages(Struct):
    """Groups by id, in the order seen."""

    found: dict[str, Group] = field(default_factory=dict)

    def add(self, groups: Sequence[Group]) -> int:
        """Take ``groups``; how many were new."""
        new = [group for group in groups if group.id not in self.found]
        self.found |= {group.id: group for group in new}
        return len(new)


class GroupMeClient:
    """One account at GroupMe. An async context manager; every method may raise any of `errors.py`."""

    def __init__(
        self,
        token: Token,
        *,
        base_url: str = BASE_URL,
        patience: RetryPolicy | None = None,
        polling: Polling | None = None,
        timeouts: Timeouts | None = None,
        sleep: Sleep = asyncio.sleep,
        now: Clock = utc_now,
    ) -> None:
        self._wire = Wire(token, base_url=base_url, patience=patience, timeouts=timeouts, sleep=sleep, now=now)
        self._polling = polling or Polling()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def me(self) -> Account:
        """Whose token it is; the cheapest way to find out whether it is good."""
        return await self._wire.call("GET", ME, Account.read, doing=_("read the account"))

    async def groups(self, *, per_page: int = PER_PAGE, max_pages: int = MAX_PAGES) -> Listing:
        """All groups of the account, without their members.

        The server may hand out smaller pages than asked for, so the end is an empty page or one without anything
        new. The order is by activity: a group that becomes active meanwhile jumps to the front, so the front is read
        again until it shows nothing new.
        """
        pages = _Pages()
        for page in range(1, max_pages + 1):
            if not pages.add(await self._page(page, per_page)):
                break
        else:
            return Listing(tuple(pages.found.values()), complete=False)
        for page in range(1, max_pages + 1):
            if not pages.add(await self._page(page, per_page)):
                return Listing(tuple(pages.found.values()), complete=True)
        return Listing(tuple(pages.found.values()), complete=False)

    async def all_groups(self) -> Listing:
        """Like :meth:`groups`, held against the account's memberships where the server tells them.

        A group that slipped through between two pages is fetched by itself.
        """
        listing = await self.groups()
        try:
            states = await self.membership_states()
        except NotFound:
            return listing
        known = {group.id for group in listing}
        missing = [group_id for group_id, state in states.items() if state == "active" and group_id not in known]
        found: list[Group] = []
        complete = listing.complete and len(missing) <= HIGHEST_MEMBERSHIP_GAP
        for group_id in missing[:HIGHEST_MEMBERSHIP_GAP]:
            try:
                found.append(await self.group(group_id))
            except NotFound:
                continue
            except BadToken:
                raise
            except GroupMeError:
                # The list itself is worth having; it is only not known to be whole.
                complete = False
                break
        return Listing((*listing.groups, *found), complete)

    async def _page(self, page: int, per_page: int) -> tuple[Group, ...]:
        return await self._wire.call(
            "GET",
            "/v3/groups",
            lambda raw: each(raw, Group.read),
            doing=_("list the groups"),
            # Large rosters come as half an answer, so they are never asked for here.
            query={"page": page, "per_page": per_page, "omit": "memberships"},
        )

    async def former(self) -> tuple[Group, ...]:
        """Groups that the account left, or was removed from."""
        return await self._wire.call(
            "GET", "/v3/groups/former", lambda raw: each(raw, Group.read), doing=_("list the former groups")
        )

    async def membership_states(self) -> dict[str, str]:
        """Group id to active, exited, removed, exited_removed or pending."""

        def read(raw: object) -> dict[str, str]:
            entries = each(raw, Fields)
            return {entry.ident("group_id"): entry.text("state") or "" for entry in entries}

        return await self._wire.call("GET", "/v3/memberships/states", read, doing=_("read the memberships"))

    async def group(self, group_id: str) -> Group:
        """One group with its members. NotFound also means "not a member of it"."""
        return await self._wire.call("GET", _path(group_id), Group.read, doing=_("read this group"))

    async def create(self, group: NewGroup) -> Group:
        """Make a group. Never repeated blindly: OutcomeUnknown means "look for it first"."""
        return await self._wire.call(
            "POST", "/v3/groups", Group.read, doing=_("create groups"), safety=Safety.ONCE, body=group.body()
        )

    async def update(self, group_id: str, change: GroupChange) -> Group:
        """Set what ``change`` names."""
        return await self._wire.call(
            "POST",
            _path(group_id, "update"),
            Group.read,
            doing=_("change the settings of this group"),
            safety=Safety.REPEATABLE,
            body=change.body(),
        )

    async def add_members(self, group_id: str, members: Sequence[NewMember]) -> str:
        """Ask for members to be added; returns the id under which the result will be found. Invites at once."""
        return await self._wire.call(
            "POST",
            _path(group_id, "members", "add"),
            lambda raw: Fields(raw).ident("results_id"),
            doing=_("add members"),
            safety=Safety.ONCE,
            body={"members": [member.body() for member in members]},
        )

    async def add_results(self, group_id: str, results_id: str) -> AddResults | None:
        """What became of an addition; None while the server still works on it.

        Raises:
            NotFound: nobody knows anymore (results are kept for an hour): read the roster.
        """
        # The newer route also names the failures; not every account may be served it.
        newer = await self._results("/v4", group_id, results_id)
        if isinstance(newer, Success):
            return newer.value
        if isinstance(newer, Refusal) and newer.status == 503:
            return None
        older = await self._results("/v3", group_id, results_id)
        if isinstance(older, Refusal) and older.status == 503:
            return None
        return await self._wire.conclude(older, doing=_("read the result of the addition"))

    async def _results(self, version: str, group_id: str, results_id: str) -> Success[AddResults] | Refusal | Failed:
        return await self._wire.attempt(
            "GET",
            _results_path(version, group_id, results_id),
            AddResults.read,
            also_answers=frozenset({503}),
        )

    async def wait_for_results(self, group_id: str, results_id: str) -> AddResults | None:
        """Look until there is a result; None when the time for that is up (it may still come).

        Raises:
            NotFound: nobody knows anymore.
        """
        for wait in self._polling.waits():
            await self._wire.sleep(wait)
            results = await self.add_results(group_id, results_id)
            if results is not None:
                return results
        return None

    async def remove_member(self, group_id: str, membership_id: str) -> None:
        """Take a member out of the group. The one who made it cannot be removed.

        Raises:
            NotFound: they are not in it (anymore), or GroupMe has closed this to other programs: look.
        """
        await self._wire.call(
            "POST",
            _path(group_id, "members", membership_id, "remove"),
            lambda raw: raw,
            doing=_("remove members of this group"),
            safety=Safety.REPEATABLE,
        )

    async def set_role(self, group_id: str, membership_id: str, role: str) -> None:
        """Make a member an "admin", or a "user" again. ``membership_id`` is the member's ``id`` in this group."""
        await self._wire.call(
            "POST",
            _path(group_id, "members", membership_id, "update"),
            lambda raw: raw,
            doing=_("change the role of a member"),
            safety=Safety.REPEATABLE,
            body={"role": role},
        )


def _path(group_id: str, *rest: str) -> str:
    return "/".join(("/v3/groups", *(quote(part, safe="") for part in (group_id, *rest))))


def _results_path(version: str, group_id: str, results_id: str) -> str:
    return _path(group_id, "members", "results", results_id).replace("/v3", version, 1)
