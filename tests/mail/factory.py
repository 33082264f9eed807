"""Invented people and settings for the tests of mail."""

from datetime import UTC, date, datetime
from pathlib import Path

from bball_tui.database.states import Capacity
from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.kinds.base import MailKind
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.settings import SecretUrl, Settings

DATE = datetime(2027, 3, 6, 15, 30, tzinfo=UTC)
MESSAGE_ID = "<0f8fad5b-d9cb-469f-a165-70867728950e@bball-tui>"
CHAT = "https://groupme.com/join_group/100000001/aBcDeF12"


def make_settings(
    folder: Path, *, mail_url: str | None = None, templates: Path | None = None, concurrency: int = 2
) -> Settings:
    """Settings that live in ``folder``."""
    return Settings(
        data_dir=folder,
        config_dir=folder,
        mail_url=SecretUrl(mail_url) if mail_url else None,
        template_dir=templates,
        worker_concurrency=concurrency,
    )


def make_facts(
    *,
    player_first: str = "Maya",
    player_last: str = "Okafor",
    team: str = "Eastside Herons U12",
    season: str = "Spring 2027",
    signer: str = "Ngozi Okafor",
    capacity: Capacity = Capacity.MOTHER,
    guardian_first: str = "Ngozi",
    guardian_last: str = "Okafor",
) -> WelcomeMail:
    """The facts of one welcome, signed on March 6, 2027."""
    return WelcomeMail(
        player_first=player_first,
        player_last=player_last,
        team=team,
        season=season,
        signer=signer,
        capacity=capacity,
        signed_on=date(2027, 3, 6),
        guardian_first=guardian_first,
        guardian_last=guardian_last,
    )


def make_brand(
    *,
    league_name: str = "Westside Basketball",
    brand_color: str = "#c2410c",
    logo_url: str | None = None,
    from_name: str | None = None,
    from_email: str | None = "office@westside.example",
    reply_to: str | None = None,
) -> Brand:
    """A league's look."""
    return Brand(league_name, brand_color, logo_url, from_name, from_email, reply_to)


def make_context(
    facts: MailKind | None = None, brand: Brand | None = None, chat_url: str | None = CHAT
) -> MessageContext:
    """Facts (a welcome's, if nothing else is said), brand and link of one mail."""
    return MessageContext(facts or make_facts(), brand or make_brand(), chat_url)
