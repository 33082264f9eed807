"""The yardstick: `python -m benchmarks.bare PORT MAILS` renders and sends mails with aiosmtplib, and does nothing else.

No database, no promise: what is lost on the way is lost.
"""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from aiosmtplib import SMTP

from bball_tui.database.states import Capacity
from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.render import Renderer
from bball_tui.settings import Settings

CONNECTIONS = 10
FACTS = WelcomeMail(
    player_first="Kid",
    player_last="Player",
    team="Team 0001",
    season="Spring 2027",
    signer="Parent Player",
    capacity=Capacity.GUARDIAN,
    signed_on=date(2026, 11, 9),
    guardian_first="Parent",
    guardian_last="Player",
)


async def main(port: int, mails: int) -> None:
    renderer = Renderer(Settings(data_dir=Path(), config_dir=Path()))
    context = MessageContext(FACTS, Brand("Bench", "#c2410c", from_email="a@bench.test"))
    numbers = iter(range(mails))

    async def send_some() -> None:
        async with SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as connection:
            for number in numbers:
                recipient = f"p{number}@families.test"
                mail = renderer.render(
                    context,
                    recipient=recipient,
                    message_id=f"<{number}@bench.test>",
                    date=datetime.now(UTC),
                )
                await connection.sendmail("a@bench.test", [recipient], mail.mime)

    await asyncio.gather(*(send_some() for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
