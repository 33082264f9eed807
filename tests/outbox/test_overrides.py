from msgspec.structs import replace

import bball_tui.tui.all_commands  # noqa: F401 - what Today says names commands, which the program has loaded by then
from bball_tui.database.engine import Database
from bball_tui.league.today import ContractDay
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import override_trouble, read_mail_day
from bball_tui.outbox.queue import Departure, Frozen, claim, mark_on_wire
from bball_tui.outbox.timeline import item_timeline
from bball_tui.tui.tabs.today_items import attention_items
from tests.outbox.support import queue_mails

NOTICE = "Your own template contract_signed could not be used, so the standard one was: line 3 is broken."


async def test_staff_hear_of_a_broken_template_until_a_mail_is_as_it_should_be(database: Database) -> None:
    club, _, ids = await queue_mails(database, 3)
    async with database.session() as session:
        claims = await claim(session, club.league_id, limit=3, worker="w", provider="smtp")
        mail = Frozen("Welcome", b"From: a@b\r\n\r\nWelcome")
        broken = [Departure(one, replace(mail, notice=NOTICE)) for one in claims[:2]]
        assert await mark_on_wire(session, broken) == frozenset(ids[:2])
        [trouble] = await override_trouble(session, club.league_id)
        assert (trouble.kind, trouble.notice, trouble.mails) == ("contract_signed", NOTICE, 2)
        assert await override_trouble(session, club.league_id + 1) == ()
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
        assert NOTICE in [event.text for event in story.events]
        day = await read_mail_day(session, club.league_id, Outgoing(mail_server=True))
        nobody = ContractDay(0, None, 0, 0)
        assert any(NOTICE in need.advice for need in attention_items(day, nobody, worker_comes=True))

        await mark_on_wire(session, [Departure(claims[2], mail)])
        assert await override_trouble(session, club.league_id) == ()
