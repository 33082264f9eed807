"""The token, and people's contact data, are in no log, no error and no journal, whatever goes wrong."""

import logging
import traceback

import pytest

from bball_tui.database.engine import Database
from bball_tui.groupme.api.errors import GroupMeError
from bball_tui.groupme.fake.faults import UNAUTHORIZED, Effect, Hang, Reset, Truncated, html, refusal
from bball_tui.groupme.plan.plan_model import ActionKind
from bball_tui.groupme.run.apply import apply
from bball_tui.groupme.staff.staff_list import add_to_list
from tests.groupme.conftest import Desk
from tests.groupme.support import make_league

EMAIL, PHONE = "jonas@westside.test", "2125550101"


@pytest.mark.slow
@pytest.mark.parametrize("effect", [None, UNAUTHORIZED, Reset(), Truncated(), html(502), Hang(), 400, 401])
async def test_no_secret_is_written_anywhere(
    database: Database, desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], effect: object
) -> None:
    caplog.set_level(logging.DEBUG)
    league = await make_league(database, desk)
    desk.fake.world.add_user("Jonas", email=EMAIL)
    async with database.session() as session:
        await add_to_list(session, league.club.league_id, "Jonas", email=EMAIL, consent="yes")
        await add_to_list(session, league.club.league_id, "Ada", phone=f"+1 {PHONE}", consent="yes")
    plan = await league.plan()
    if isinstance(effect, int):
        effect = refusal(effect, [f"bad token {desk.owner.token}"])
    if effect is not None:
        assert isinstance(effect, Effect)
        desk.fake.fault(effect, method="POST", nth=2, times=None)
    said = []
    try:
        async with desk.client(read_timeout=0.2) as client:
            sender = league.sender(client)
            applied = await apply(sender, plan.actions)
            said.append(repr((applied, sender, client, plan)))
    except GroupMeError as error:
        said.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    assert any(action.kind is ActionKind.ADD_STAFF for action in plan.actions)
    captured = capfd.readouterr()
    intents = [(one.payload, one.result) for one in await league.intents()]
    everything = "\n".join(
        [*said, caplog.text, captured.out, captured.err, desk.fake.journal.export(), repr(league.told), repr(intents)]
    ).replace(repr(desk.owner), "")
    for secret in (desk.owner.token, EMAIL, PHONE):
        assert secret not in everything
