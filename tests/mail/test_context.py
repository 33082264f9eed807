from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from bball_tui.database.engine import Database
from bball_tui.database.models import League
from bball_tui.mail.context import Brand, load_context, load_contexts
from bball_tui.mail.kinds.base import MailKind
from bball_tui.mail.safe_values import RenderError
from bball_tui.settings import Settings
from tests.mail.factory import CHAT, make_facts
from tests.support.factory import make_club, make_family


@dataclass(frozen=True)
class Mail:
    """A promised mail, as far as its context cares."""

    contract_id: int | None
    payload: MailKind = field(default_factory=make_facts)
    kind: str = "contract_signed"
    recipient: str | None = None


async def test_the_day_is_that_of_the_leagues_clock(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(update(League).values(timezone="Pacific/Auckland"))
        context = await load_context(session, settings, league_id=club.league_id, mail=Mail(None))
    assert context.brand.day(datetime(2027, 3, 6, 23, 30, tzinfo=UTC)) == date(2027, 3, 7)


async def test_context_comes_from_the_league_and_the_team(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url=CHAT)
        family = await make_family(session, club)
        context = await load_context(session, settings, league_id=club.league_id, mail=Mail(family.contract_id))
    assert context.facts == make_facts()
    assert context.brand == Brand("Westside Basketball", "#c2410c", None, None, "office@westside.test", None)
    assert context.chat_url == CHAT


@pytest.mark.parametrize("link", [None, "https://evil.example/groupme.com", 'https://groupme.com/"x'])
async def test_a_link_that_may_not_be_shown_is_left_out(
    database: Database, settings: Settings, link: str | None
) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url=link)
        await session.execute(update(League).values(logo_url="https://user@cdn.example/logo.png"))
        family = await make_family(session, club)
        context = await load_context(session, settings, league_id=club.league_id, mail=Mail(family.contract_id))
    assert context.chat_url is None
    assert context.brand.logo_url is None


async def test_another_leagues_contract_lends_no_link(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url=CHAT)
        other = await make_club(session, slug="eastside")
        family = await make_family(session, club)
        context = await load_context(session, settings, league_id=other.league_id, mail=Mail(family.contract_id))
        without = await load_context(session, settings, league_id=club.league_id, mail=Mail(None))
        with pytest.raises(RenderError, match="not in the database"):
            await load_context(session, settings, league_id=0, mail=Mail(None))
    assert context.chat_url is None
    assert without.chat_url is None


async def test_a_mail_without_its_facts_stops_only_itself(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        mails = [Mail(None), Mail(None, kind="contract_lost"), Mail(None)]
        good, bad, other = await load_contexts(session, settings, league_id=club.league_id, mails=mails)
    assert isinstance(bad, RenderError)
    assert good == other
