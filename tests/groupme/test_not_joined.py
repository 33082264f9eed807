"""Families of all teams who have the link and are not seen in the group; one reminder each, not twice in a week."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox
from bball_tui.groupme.notify.not_joined import PATIENCE, NotJoined, remind
from bball_tui.groupme.plan.look_at_chats import read_not_joined
from bball_tui.mail.kinds.team_chat import TeamChatMail
from tests.groupme.conftest import Desk
from tests.groupme.summer import Summer, make_summer
from tests.groupme.test_linking import freeze_all, signed_and_sent

pytestmark = pytest.mark.slow


async def not_joined(summer: Summer) -> NotJoined:
    async with summer.desk.client() as client:
        return await read_not_joined(summer.sender(client))


async def reminded(summer: Summer, found: NotJoined) -> int:
    ids = [told.contract_id for one in found.families for told in one.told]
    async with summer.database.session() as session:
        return await remind(session, summer.club.league_id, summer.club.season_id, ids)


async def later(database: Database, days: float) -> None:
    async with database.session() as session:
        await session.execute(update(Outbox).values(created_at=Outbox.created_at - timedelta(days=days)))


async def test_who_was_told_and_is_not_there_is_reminded_once_a_week(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 3, 3), ("Bulls U10", "Bulls U12", 2, 1)])
    await summer.renew()
    # Signed after the chats stood, so the welcome e-mail has the link. The Bulls have a new group with nobody in it.
    for contract in summer.contracts[:2] + summer.contracts[3:]:
        await signed_and_sent(summer, contract)
    found = await not_joined(summer)
    assert [(one.team, one.player) for one in found.families] == [("Bulls U12", "Kid BullsU100")]
    hawks = summer.groups["Hawks U10"]
    hawks.memberships.popitem()
    gone = next(one for one in hawks.memberships.values() if one.nickname == "Rosa HawksU101")
    del hawks.memberships[gone.user_id]
    found = await not_joined(summer)
    assert [one.player for one in found.families] == ["Kid BullsU100", "Kid HawksU101"]
    # They were welcomed just now.
    assert (found.due, await reminded(summer, found)) == ((), 0)
    await later(database, PATIENCE.days + 1)
    found = await not_joined(summer)
    assert len(found.due) == 2
    assert sum(await asyncio.gather(reminded(summer, found), reminded(summer, found))) == 2
    assert await summer.mailed() == ["bullsu100@families.test", "hawksu101@families.test"]
    assert (await not_joined(summer)).due == ()
    await freeze_all(summer)
    await later(database, PATIENCE.days + 1)
    assert await reminded(summer, await not_joined(summer)) == 2
    async with database.session() as session:
        keys = select(func.count(func.distinct(Outbox.dedupe_key))).where(Outbox.kind == TeamChatMail.kind)
        assert await session.scalar(keys) == 4


async def test_a_group_that_cannot_be_read_lists_no_one(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 1, 1)])
    await summer.renew()
    await signed_and_sent(summer, summer.contracts[0])
    summer.groups["Hawks U10"].deleted = True
    assert await not_joined(summer) == NotJoined((), ("Hawks U12",))
