"""Mails that went into a folder: nothing anywhere says that a mail server accepted them."""

import re

import pytest

from bball_tui.cli.contracts import _cells, _line
from bball_tui.database.engine import Database
from bball_tui.delivery.worker import Worker
from bball_tui.errors import BballError
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.mails.kind_overview import mail_kinds
from bball_tui.league.mails.preview import preview_mail
from bball_tui.league.mails.wrong_address import address_facts
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.today import read_contract_day
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.counts import buckets, read_mail_day
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.outbox.staff_actions import cancel, park, resolve, retry
from bball_tui.settings import Settings
from bball_tui.tui.tabs.cells import welcome_cell
from bball_tui.tui.tabs.day_summary import _counts
from bball_tui.tui.tabs.mail_words import state_cell
from tests.support.factory import Club
from tests.support.mails import club_with_mails


async def drain(database: Database, league_id: int, settings: Settings) -> int:
    transport = open_transport(settings)
    try:
        return (await Worker(database, league_id, settings, transport).drain()).sent
    finally:
        await transport.close()


async def in_a_folder(database: Database, settings: Settings, count: int = 1) -> tuple[Club, list[int]]:
    """So many signed families whose welcome mails were written to a folder."""
    club, ids = await club_with_mails(database, count)
    assert await drain(database, club.league_id, settings) == count
    return club, ids


@pytest.mark.slow
async def test_lists_and_counts_say_in_a_folder(database: Database, settings: Settings) -> None:
    club, _ = await in_a_folder(database, settings)
    async with database.session() as session:
        (contract,) = await list_contracts(session, club.league_id, RosterFilter())
        (mail,) = await list_items(session, club.league_id, OutboxFilter())
        day = await read_mail_day(session, club.league_id, Outgoing(mail_server=True))
        contracts = await read_contract_day(session, club.league_id, club.season_id)
        found = {one.name: one.count for one in await buckets(session, club.league_id) if one.count}
        sent = {kind.kind: kind.sent for kind in await mail_kinds(session, club.league_id, settings)}
        listed = {
            bucket: len(await list_items(session, club.league_id, OutboxFilter(bucket=bucket))) for bucket in BucketName
        }
        by_word = {
            word: len(await list_contracts(session, club.league_id, RosterFilter(welcome=(word,))))
            for word in (WelcomeState.SENT, WelcomeState.IN_FOLDER)
        }
    zone, now = day.sending.zone, day.sending.now
    assert welcome_cell(contract, zone, now).text == "! in a folder"
    assert state_cell(mail).text == "! in a folder"
    assert _cells(contract)[-1] == "in a folder"
    assert (_line(contract).welcome, _line(contract).in_folder) == ("sent", True)
    assert (day.sent, day.in_folder, sum(day.hours)) == (0, 1, 0)
    assert "0 e-mails accepted · 1 written to a folder" in _counts(day, contracts)
    assert found == {"in_folder": 1}
    assert mail.bucket.words == "in a folder"
    assert [bucket for bucket, number in listed.items() if number] == [BucketName.IN_FOLDER]
    assert by_word == {WelcomeState.SENT: 0, WelcomeState.IN_FOLDER: 1}
    assert sent[WelcomeMail.kind] == 0


async def test_refusals_and_the_mail_itself_say_so(database: Database, settings: Settings) -> None:
    club, ids = await in_a_folder(database, settings)
    league = club.league_id
    async with database.session() as session:
        answers = [
            await retry(session, league, ids),
            await cancel(session, league, ids, reason="no"),
            await park(session, league, ids, reason="no"),
            await resolve(session, league, ids[0], arrived=True),
        ]
        (contract,) = await list_contracts(session, league, RosterFilter())
        undone = await undo(session, league, [contract.id])
        with pytest.raises(BballError) as other:
            await address_facts(session, league, ids[0])
        mail = await preview_mail(session, league, settings, ids[0])
    said = [*(one.refused[0].reason for one in answers), undone.refused[0].reason, str(other.value)]
    assert all("written to a folder" in sentence for sentence in said), said
    assert not [sentence for sentence in said if re.search("accepted|went out", sentence)]
    assert mail.in_folder
