"""A family without an address, from the warning before anybody signs to the mail that reaches it in the end."""

import asyncio
from pathlib import Path

from tests.journeys.terminal import ENTER, ESC, Terminal, terminal
from tests.journeys.test_pty import league
from tests.support.reports import report
from tests.support.smtp import SmtpServer

ROSTER = """\
Player First Name,Player Last Name,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email
Samir,Hamdi,Hawks,Rosa,Hamdi,
"""
LEFT = "\x1b[D"
WRONG, RIGHT = "rosa@familes.test", "rosa@families.test"


async def test_check_fix_sign_read_bounce_correct_and_resend_by_keys_alone(data_dir: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    box = tmp_path / "returned"
    box.mkdir()
    async with SmtpServer() as server:
        change = {"from_email": "office@westside.test", "hold_seconds": "0"}
        environment = await asyncio.to_thread(league, data_dir, "mail-desk", roster, change)
        environment |= {"BBALL_MAIL_URL": server.url, "BBALL_BOUNCE_DIR": str(box), "SSH_CONNECTION": "1"}

        def until_the_mail_is_accepted() -> None:
            with terminal(environment, columns=120, rows=36) as program:
                program.shows("Hamdi, Samir")
                find_and_fix(program)
                program.press("4")
                program.shows("Hamdi, Samir", "offered")
                program.press("p")
                program.shows("This is what the family gets.", WRONG)
                program.press("h")
                program.shows("The plain text")
                program.press(ESC)
                program.until(lambda: "The plain text" not in program.text)
                program.press("s")
                program.shows("becomes signed")
                program.press(ENTER)
                program.shows("✔ signed")
                program.press("6", LEFT)
                program.shows("✔ accepted")
                program.press("p")
                program.shows("byte for byte", "Welcome to Hawks!")
                program.press(ESC)
                program.until(lambda: "byte for byte" not in program.text)
                program.press("q")
                assert program.ended() == 0

        def correct_it() -> None:
            with terminal(environment, columns=120, rows=36) as program:
                program.shows_any("Hamdi, Samir", "Samir Hamdi")  # it opens where it was left
                program.press("1")
                program.shows("1 e-mail came back: no such mailbox.")
                program.press(ENTER)
                program.shows("E-mails", WRONG, "came back", "No such user")
                program.press("e")
                program.shows("Fix the address", "Rosa Hamdi gets the new address")
                program.press(*["\x7f"] * len(WRONG))
                program.press(RIGHT)
                program.shows(RIGHT)
                program.press(ENTER)
                program.shows(f"queued for {RIGHT}")
                program.press(ESC)
                program.shows(RIGHT, "came back, settled", "✔ accepted")
                program.press("q")
                assert program.ended() == 0

        await asyncio.to_thread(until_the_mail_is_accepted)
        (first,) = server.messages
        assert first.recipient == WRONG
        message_id = next(line for line in first.data.split(b"\r\n") if line.startswith(b"Message-ID: "))[12:].decode()
        (box / "1.eml").write_bytes(report(WRONG, message_id=message_id))
        await asyncio.to_thread(correct_it)
        assert [mail.recipient for mail in server.messages] == [WRONG, RIGHT]
        assert server.messages[1].data.count(message_id.encode()) == 0


def find_and_fix(program: Terminal) -> None:
    """In the check of all mails: the one without an address, and give it one."""
    program.press("6")
    program.shows("No e-mail was queued yet.")
    program.press("v")
    program.shows("1 of 1 contract has a warning", "Rosa Hamdi has no e-mail address")
    program.press("e")
    program.shows("Fix the address", "no address")
    program.press(WRONG)
    program.shows(WRONG)
    program.press(ENTER)
    program.shows("The address is saved.", "no chat link")
