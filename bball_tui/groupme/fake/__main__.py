"""The fake server by itself, for trying things out: ``python -m bball_tui.groupme.fake --port 8700``."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bball_tui.groupme.fake.server import FakeGroupMe, running


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted. The first line on stdout is JSON: the address, and the token of the account."""
    parser = argparse.ArgumentParser(prog="python -m bball_tui.groupme.fake", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one when left out")
    parser.add_argument("--account", default="Maria Coordinator", help="whose account it is")
    parser.add_argument("--person", action="append", default=[], metavar="ADDRESS", help="someone with an account")
    parser.add_argument("--group", action="append", default=[], metavar="NAME", help="a group that is there already")
    parser.add_argument(
        "--closed",
        action="append",
        default=[],
        choices=("create", "add", "update", "join"),
        help="what is refused to programs other than GroupMe's own app",
    )
    parser.add_argument("--journal", type=Path, help="where the list of requests is written at the end")
    chosen = parser.parse_args(arguments)
    fake = FakeGroupMe()
    owner = fake.world.add_user(chosen.account)
    for address in chosen.person:
        fake.world.add_user(address.partition("@")[0], email=address)
    for name in chosen.group:
        fake.world.add_group(owner, name)
    fake.behavior.closed_to_third_parties |= set(chosen.closed)
    asyncio.run(_serve(fake, chosen.port, owner.token))
    if chosen.journal is not None:
        chosen.journal.write_text(fake.journal.export(), encoding="utf-8")


async def _serve(fake: FakeGroupMe, port: int, token: str) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with running(fake, port=port) as (_, url):
        sys.stdout.write(json.dumps({"url": url, "token": token}) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    main()
