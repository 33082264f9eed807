"""Every kind of mail from the queue to the mailbox, also when a league's own template is broken."""

from pathlib import Path

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.league.mails.preview import preview_mail
from bball_tui.mail.checks import parts
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.mail.mime import header
from bball_tui.mail.samples import sample_context
from bball_tui.outbox.counts import override_trouble
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.settings import Settings
from tests.delivery.test_drain import drain
from tests.outbox.support import stored
from tests.support.factory import make_club, make_family

CHAT = "https://groupme.com/join_group/100000001/aBcDeF12"


@pytest.mark.slow
async def test_every_kind_goes_out_and_a_broken_own_template_stops_none(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "contract_reminder" / "es"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("{{ nobody }}", encoding="utf-8")
    settings = msgspec.structs.replace(settings, template_dir=tmp_path / "own")
    async with database.session() as session:
        club = await make_club(session, chat_url=CHAT)
        family = await make_family(session, club)
        facts = [msgspec.structs.replace(sample_context(kind).facts, language="es") for kind in KINDS]
        # A message speaks of players whom the address is on file for, and of no others.
        facts = [
            msgspec.structs.replace(one, player_id=family.player_id) if isinstance(one, MessageMail) else one
            for one in facts
        ]
        items = [
            NewItem(one.kind, family.contract_id, 1, "rosa@families.test", one, occasion=one.occasion) for one in facts
        ]
        ids = await enqueue(session, club.league_id, items, hold_seconds=0)
        assert await enqueue(session, club.league_id, items, hold_seconds=0) == []

    assert (await drain(database, club.league_id, settings)).sent == len(KINDS)

    assert [(await stored(database, id_)).state for id_ in ids] == [OutboxState.SENT] * len(KINDS)
    mails = [file.read_bytes() for file in (settings.data_dir / "mail" / "new").iterdir()]
    assert all(parts(mime).text.startswith("Hola, Ngozi:") for mime in mails)
    assert len({header(mime, "Subject") for mime in mails}) == len(KINDS)
    async with database.session() as session:
        [trouble] = await override_trouble(session, club.league_id)
        reminder = ids[list(KINDS).index(ReminderMail.kind)]
        assert trouble.notice in (await preview_mail(session, club.league_id, settings, reminder)).warnings
    assert (trouble.kind, trouble.mails) == (ReminderMail.kind, 1)
    assert "the standard one was: there is no variable nobody: correct its name, or take it away (" in trouble.notice
