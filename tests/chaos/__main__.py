"""Hours of chaos: `python -m tests.chaos --minutes N --seed S`. Prints its seed and a table; exits 1 on a fault."""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

import psycopg

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl
from tests.chaos.disturbing import NOTHING, Disturber, Tally
from tests.chaos.nursery import Nursery
from tests.chaos.processes import WORKER


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="The same seed, the same blows.")
    parser.add_argument("--mails", type=int, default=300, help="E-mails a round.")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--answer-seconds", type=float, default=0.02, help="How long the mail server takes.")
    orders = parser.parse_args()
    say(f"seed {orders.seed}, {orders.minutes:g} minutes, {orders.workers} workers, {orders.mails} e-mails a round")
    with tempfile.TemporaryDirectory(prefix="bball-chaos-") as folder:
        server = embedded.start(Path(folder) / "server")
        try:
            total = asyncio.run(go(set_up(server), orders))
        finally:
            server.release()
    return 1 if total.lost or total.duplicated else 0


def set_up(server: embedded.EmbeddedServer) -> SecretUrl:
    migrate.create_database(server.url(embedded.OWNER, "postgres"), "chaos")
    owner_url = server.url(embedded.OWNER, "chaos")
    migrate.upgrade(owner_url)
    with psycopg.connect(owner_url.reveal()) as owner:
        roles.ensure_person(owner, roles.person())
    return server.url(roles.person(), "chaos")


async def go(url: SecretUrl, orders: argparse.Namespace) -> Tally:
    """Round after round until the time is over."""
    database = Database(url)
    total, number = NOTHING, 0
    end = time.monotonic() + orders.minutes * 60
    say(f"{'round':>6}" + "".join(f"{title(field.name):>12}" for field in fields(Tally)))
    with Nursery(WORKER) as nursery:
        async with Disturber(
            nursery,
            database,
            url,
            seed=orders.seed,
            workers=orders.workers,
            answer_seconds=orders.answer_seconds,
        ) as disturber:
            while time.monotonic() < end or number == 0:
                number += 1
                tally = await disturber.round(mails=orders.mails, disturbances=10)
                total += tally
                say(line(str(number), tally))
    await database.dispose()
    say(line("all", total))
    return total


def title(name: str) -> str:
    return name.replace("_", " ").replace("seconds to recover", "recovery s")


def line(name: str, tally: Tally) -> str:
    values = (getattr(tally, field.name) for field in fields(Tally))
    return f"{name:>6}" + "".join(f"{value:>12.1f}" if isinstance(value, float) else f"{value:>12}" for value in values)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
