"""Every tab as each role sees it: nothing goes wrong, and what one may not do is not offered as if one could."""

from pathlib import Path

import pytest

from bball_tui.database.states import StaffRole
from bball_tui.tui.actions import ActionHost, action_hosts
from tests.tui.desk_host import opened
from tests.walls.conftest import ROLES, ClubServer
from tests.walls.test_desk import settings

TABS = ("today", "teams", "players", "contracts", "outbox", "emails", "groupme", "activity")


@pytest.mark.parametrize("login", ["vera", "cora", "mia"])
async def test_what_a_role_may_not_do_is_refused_on_every_tab(walls: ClubServer, tmp_path: Path, login: str) -> None:
    mine = {StaffRole(role) for role in ROLES[login]}
    async with opened(settings(walls, login, tmp_path)) as desk:
        await desk.shows("Hawks" if login == "cora" else "Ames, Ann")
        for key, tab in enumerate(TABS, 1):
            await desk.press(str(key))
            await desk.settle()
            assert desk.app.desk.tabs.active == tab
            if tab in ("teams", "players", "contracts", "outbox"):
                await desk.press("enter")
                await desk.settle()
            assert desk.app.screen is desk.app.desk, f"{login} on {tab}: {desk.text}"
            for node in action_hosts(desk.app.screen):
                for one in node.ACTIONS:
                    allowed = one.needs is None or bool(one.needs.roles & mine)
                    reason = node.refusal(one.method) or ""
                    assert ("This needs the role" in reason) != allowed, (login, tab, one.id, reason)
            for active in desk.app.screen.active_bindings.values():
                if active.binding.show and active.enabled and isinstance(active.node, ActionHost):
                    assert not active.node.refusal(active.binding.action), (login, tab, active.binding)
