"""A few seconds of `make chaos`, always with the same seed."""

from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl
from tests.chaos.disturbing import PATIENCE, Disturber
from tests.chaos.nursery import Nursery


async def test_random_kills_stops_and_cuts_lose_nothing_and_send_nothing_twice(
    nursery: Nursery, database: Database, database_url: SecretUrl
) -> None:
    async with Disturber(nursery, database, database_url, seed=11) as disturber:
        tally = await disturber.round(mails=120, disturbances=5)
    assert (tally.mails, tally.lost, tally.duplicated) == (120, 0, 0)
    assert tally.kills + tally.stops + tally.cuts == 5
    assert tally.seconds_to_recover < PATIENCE / 2
