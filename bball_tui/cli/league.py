"""`bball-tui league show|set`: what the league says about itself."""

from collections.abc import Sequence
from typing import Any

import click

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.league_rules import league_rules
from bball_tui.cli.output import Answer, Found, table
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.league.leagues import LeagueInfo
from bball_tui.league.profile import ProfileChange, change_profile
from bball_tui.league.rights import Right

_FIELDS = (
    "name",
    "slug",
    "from_name",
    "from_email",
    "reply_to",
    "brand_color",
    "logo_url",
    "timezone",
    "date_order",
    "language",
    "hold_seconds",
    "mail_offers",
    "wait_for_chat",
    "unsubscribe",
    "team_change",
)


@click.group()
def league() -> None:
    """Show or change the league: addresses in its e-mails, color, time zone, dates, undo time."""


league.add_command(league_rules)


@league.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_league
async def show(context: CliContext) -> Answer:
    """Print what is set."""
    return _answer(context.league)


@league.command(name="set")
@needs(Right.LEAGUE)
@click.option("--name", help="The name, as families know it.")
@click.option("--from-email", help="The address that e-mails come from.")
@click.option("--from-name", help="The name beside that address.")
@click.option("--reply-to", help="Where answers go, if elsewhere.")
@click.option("--brand-color", metavar="#RRGGBB", help="The league's color.")
@click.option("--logo-url", metavar="https://…", help="A picture at the top of the e-mails.")
@click.option("--timezone", metavar="ZONE", help="Such as America/Chicago.")
@click.option("--date-order", type=click.Choice([str(one) for one in DateOrder]), help="How to read 03/04/2015.")
@click.option("--language", metavar="TAG", help="Of e-mails to families who named none, such as en or es.")
@click.option("--hold-seconds", type=int, help="How long e-mails wait so that a signing can be taken back.")
@click.option("--mail-offers/--no-mail-offers", default=None, help="Whether families hear of an offer by e-mail.")
@click.option(
    "--wait-for-chat/--no-wait-for-chat",
    default=None,
    help="Whether welcome e-mails wait until their team's chat has a share link.",
)
@click.option(
    "--unsubscribe/--no-unsubscribe",
    default=None,
    help="Whether messages say how one gets no more of them, by an e-mail to the reply address.",
)
@click.option(
    "--team-change",
    type=click.Choice([str(one) for one in TeamChange]),
    help="What another team means for a signature: staff are asked, it is kept, or a new one is needed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_transaction
async def set_(
    context: CliContext, session: Session, date_order: str | None, team_change: str | None, **values: Any
) -> Answer:
    """Change what is named; an empty text takes an optional value away."""
    change = ProfileChange(
        date_order=None if date_order is None else DateOrder(date_order),
        team_change=None if team_change is None else TeamChange(team_change),
        **values,
    )
    changed = await change_profile(session, context.league, change)
    return _answer(changed, ["Nothing to change." if changed.version == context.league.version else "Saved."])


def _answer(info: LeagueInfo, said: Sequence[str] = ()) -> Found:
    rows = [(name.replace("_", " "), _shown(info, name)) for name in _FIELDS]
    return Found(lambda: info, lambda: table(("what", "value"), rows), said)


def _shown(info: LeagueInfo, name: str) -> str:
    value = getattr(info, name)
    return "–" if value is None else str(value)
