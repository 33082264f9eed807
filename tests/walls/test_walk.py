"""Every tab, key and palette entry as each role finds them: what it may do works, and the rest is refused in words that
name who may.

What several roles may is opened by the one of them that may least, so everything is opened once.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from inspect import isawaitable
from pathlib import Path

import pytest
from textual.events import Key

from bball_tui.database.states import StaffRole
from bball_tui.league.rights import Right, why_not_allowed
from bball_tui.tui.actions import Action, ActionHost, action_hosts
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.key_names import character_of
from bball_tui.tui.palette import THEME, ActionPalette
from bball_tui.tui.tabs.views_pane import ViewsPane
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import press
from tests.walls.conftest import OWNER, ClubServer
from tests.walls.rows import fill
from tests.walls.test_desk import settings

TABS = ("today", "teams", "players", "contracts", "outbox", "emails", "groupme", "activity")
ELSEWHERE = {"desk.quit", "desk.palette", "desk.switch", "desk.redraw", "desk.back"}
"""What has no effect on the tab that is looked at, or ends it."""
REFUSALS = ("Your database role may not", "fault of the program", "not in the database anymore", "This needs the role")
"""What a command that was allowed must not come to."""


@contextmanager
def league_of(walls: ClubServer, login: str, slug: str, *roles: StaffRole) -> Iterator[dict[str, int]]:
    """A league with a row in each table, and a signed contract, in which ``login`` has ``roles``."""
    with walls.login(OWNER) as owner:
        made = fill(owner, slug)
        owner.execute(
            "UPDATE contract SET status = 'signed', signature_id = %(signature)s WHERE id = %(contract)s", made
        )
        for role in roles:
            team = made["team"] if role is StaffRole.COORDINATOR else None
            owner.execute(
                "INSERT INTO league_member (league_id, login, role, team_id) VALUES (%s, %s, %s, %s)",
                (made["league"], login, role, team),
            )
        try:
            yield made
        finally:
            owner.execute("DELETE FROM league_member WHERE league_id = %s", (made["league"],))


def opener(command: Action) -> StaffRole:
    """Who opens it: of those who may, the one who has fewest rights."""
    if command.needs is None:
        return StaffRole.VIEWER
    return min(command.needs.roles, key=lambda role: sum(role in right.roles for right in Right))


class Walk:
    """What one role meets on its way through the screen."""

    def __init__(self, desk: Desk, role: StaffRole) -> None:
        self.desk, self.role = desk, role
        self.tried: set[str] = set()
        self._heard: set[Right] = set()

    @property
    def left(self) -> list[tuple[ActionHost, Action]]:
        """What is shown now and was not tried before; a viewer tries all, others what they are to open."""
        return [
            (node, command)
            for node in action_hosts(self.desk.app.screen)
            for command in node.ACTIONS
            if not (command.id in self.tried | ELSEWHERE or command.id.startswith(("tab.", "list.", "view.")))
            and self.role in (StaffRole.VIEWER, opener(command))
        ]

    async def look_at(self, tab: str) -> None:
        """Every command that is left, and of the rest whether it is refused."""
        for node in action_hosts(self.desk.app.screen):
            for command in node.ACTIONS:
                if command.needs is not None and command.id not in ELSEWHERE:
                    lacking = why_not_allowed(command.needs, {self.role})
                    assert lacking is None or node.refusal(command.method) == lacking, command.id
        for node, command in self.left:
            await self._try(tab, node, command)

    async def _try(self, tab: str, node: ActionHost, command: Action) -> None:
        app = self.desk.app
        lacking = None if command.needs is None else why_not_allowed(command.needs, {self.role})
        reason = node.refusal(command.method)
        if lacking is None and reason is not None:
            assert not any(one in reason for one in REFUSALS), (command.id, reason)
            return  # on another row, on another tab, or not at all in this league
        self.tried.add(command.id)
        app.clear_notifications()
        if lacking is not None:
            assert command.needs is not None
            if command.needs in self._heard:  # how a refusal is said is one code
                return
            self._heard.add(command.needs)
            self._press(command.normal_keys[0])
            await self.desk.until(lambda: bool(len(app._notifications)))
            assert [one.message for one in app._notifications] == [lacking], command.id
            assert app.screen is app.desk, f"{command.id} opened for {self.role}"
            return
        await press(self.desk.pilot, command.normal_keys[0])
        await self.desk.until(lambda: app.screen is not app.desk or not (app.keys_wait or self._at_work))
        seen = self.desk.text
        assert not any(one in seen for one in REFUSALS), f"{command.id} as {self.role}:\n{seen}"
        await self._back_to(tab)

    def _press(self, key: str) -> None:
        self.desk.app.post_message(Key(key, character_of(key)))

    @property
    def _at_work(self) -> bool:
        return any(one.is_running and one.group in {"command", "here"} for one in self.desk.app.workers)

    def _is_closed(self, open_ones: int) -> bool:
        return len(self.desk.app.screen_stack) < open_ones

    async def _back_to(self, tab: str) -> None:
        app, desk = self.desk.app, self.desk.app.desk
        while app.screen is not desk:
            open_ones = len(app.screen_stack)
            self._press("escape")
            await self.desk.until(partial(self._is_closed, open_ones))
        if desk.tabs.active != tab:
            desk.show_tab(tab)
        assert desk.pane is not None
        desk.pane.records.focus()

    async def palette(self) -> None:
        """It offers what the role may do; what it may not is found by its name, last, with who may."""
        app = self.desk.app
        palette = ActionPalette(app.desk)
        mine: list[str] = [THEME]
        others: list[str] = []
        for group in ACTION_SETS:
            for command in group:
                if command.palette:
                    allowed = command.needs is None or why_not_allowed(command.needs, {self.role}) is None
                    (mine if allowed else others).append(command.title)
        assert Counter([one.text async for one in palette.discover()]) == Counter(mine)
        for title in (others[0], others[-1]):  # of the whole desk, and of another tab
            *__, last = sorted([one async for one in palette.search(title)], key=lambda one: -one.score)
            assert "This needs the role" in str(last.help)
            app.clear_notifications()
            answer = last.command()
            if isawaitable(answer):
                await answer
            await self.desk.until(lambda: bool(len(app._notifications)))
            assert [one.message[:19] for one in app._notifications] == ["This needs the role"]
        assert app.desk.tabs.active == "contracts", "it leads nowhere"


EVERY = tuple(StaffRole)
NEEDS = {command.id for group in ACTION_SETS for command in group if command.needs}


@pytest.mark.parametrize("role", EVERY)
async def test_each_role_can_do_what_it_may_and_hears_who_can_do_the_rest(
    walls: ClubServer, tmp_path: Path, role: StaffRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with league_of(walls, "nils", f"walk-{role}", role):
        async with opened(settings(walls, "nils", tmp_path), (80, 24)) as desk:
            walk = Walk(desk, role)
            await desk.until(lambda: desk.app.connection is not None)
            for key, tab in enumerate(TABS, 1):
                await desk.press(str(key))
                await desk.until(lambda: desk.records.total is not None)
                assert desk.app.desk.tabs.active == tab
                pane = desk.app.desk.pane
                for __ in pane.VIEWS if isinstance(pane, ViewsPane) else (tab,):
                    await walk.look_at(tab)
                    if isinstance(pane, ViewsPane):
                        await desk.press("v")
                        await desk.until(lambda: desk.records.total is not None)
                if tab == "contracts":
                    await walk.palette()
            if role is StaffRole.VIEWER:
                assert walk.tried >= NEEDS, "all that it may not was tried"
                assert desk.app.connection is not None
                assert not desk.app.connection.sends_mail
            assert not any(isinstance(one, ErrorDialog) for one in desk.app.screen_stack)
