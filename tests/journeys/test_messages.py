"""A message to a filter by keys alone: written, read for each family, sent by the worker, and its copy read back."""

import asyncio
from pathlib import Path

from bball_tui.mail.checks import parts
from bball_tui.mail.mime import header
from tests.journeys.terminal import ENTER, ESC, Terminal, terminal
from tests.journeys.test_pty import league
from tests.support.smtp import SmtpServer

ROSTER = """\
Player First Name,Player Last Name,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email
Samir,Hamdi,Hawks,Rosa,Hamdi,rosa@families.test
Lena,Hamdi,Hawks,Rosa,Hamdi,rosa@families.test
Wren,Lee,Hawks,Ann,Lee,
Kai,Moss,Owls,Bo,Moss,bo@families.test
Quinn,Reyes,Hawks,Ida,Reyes,ida@families.test
"""
EDITOR = "#!/bin/sh\nprintf '\\n\\nBring **indoor** shoes.\\n' >> \"$1\"\n"
DOWN = "\x1b[B"
CTRL_R, CTRL_S, CTRL_O = "\x12", "\x13", "\x0f"


async def test_a_message_to_a_filter(data_dir: Path, tmp_path: Path) -> None:
    roster, editor = tmp_path / "roster.csv", tmp_path / "editor.sh"
    roster.write_text(ROSTER)
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    async with SmtpServer() as server:
        change = {"from_email": "office@westside.test", "hold_seconds": "0"}
        environment = await asyncio.to_thread(league, data_dir, "messages", roster, change)
        environment |= {"BBALL_MAIL_URL": server.url, "EDITOR": str(editor)}

        def by_keys() -> None:
            with terminal(environment, columns=120, rows=36) as program:
                write_and_send(program)

        await asyncio.to_thread(by_keys)
        mails = {one.recipient: one.data for one in server.messages}

    assert sorted(mails) == ["ida@families.test", "rosa@families.test"]
    assert len(server.messages) == 2
    rosas = parts(mails["rosa@families.test"]).text
    assert "Practice moves for Lena and Samir" in rosas
    assert "Bring indoor shoes." in rosas
    assert "Quinn" not in rosas
    assert {header(mail, "Subject") for mail in mails.values()} == {"Hawks on Friday"}


def write_and_send(program: Terminal) -> None:
    program.shows("Hamdi, Samir")
    program.press("4")
    program.shows("Moss, Kai", "offered")
    program.press("/", *"hawks", ENTER)
    program.until(lambda: "Moss, Kai" not in program.text)
    program.press("M")
    program.shows("Write to whom?", "all 4 contracts that match")
    program.press(DOWN, ENTER)
    program.shows(
        "To all 4 contracts that match: 2 addresses, 3 players.", "Wren Lee (no guardian has an e-mail address)"
    )
    program.press(*"{{ team }} on Friday", ENTER)
    program.press(*"Practice moves for {{ plaier }}")
    program.shows("plaier }}", "of 20,000 characters")
    program.press(CTRL_S)
    program.shows("variable plaier at line 1, and there is none", "Nothing was sent.")
    # The slip is put right where it is: nothing that was typed is lost.
    program.press(*["\x7f"] * len("ier }}"), *"yer_first }}")
    program.shows("{{ player_first }}")
    program.press(CTRL_O)
    program.shows("Bring **indoor** shoes.")
    program.press(CTRL_R)
    program.shows("The e-mail, 1 of 2", "Hawks on Friday", "Practice moves for Lena and Samir", "Hi Rosa,")
    program.press("n")
    program.shows("The e-mail, 2 of 2", "Practice moves for Quinn")
    program.press("h")
    program.shows("The plain text", "Bring indoor shoes.")
    program.press(ESC)
    program.until(lambda: "The plain text" not in program.text)
    program.press(CTRL_S)
    program.shows("Send the message?", "2 e-mails to all 4 contracts that match, about 3 players", "Wren Lee")
    program.press(ENTER)
    program.until(lambda: "Write a message" not in program.text)
    program.press("6")
    program.shows("rosa@families.test", "ida@families.test", "✔ accepted", "message")
    program.press("/", *"rosa", ENTER)
    program.until(lambda: "ida@families.test" not in program.text)
    program.press("p")
    program.shows("byte for byte", "Hawks on Friday", "Practice moves for Lena and Samir")
    program.press(ESC)
    program.until(lambda: "byte for byte" not in program.text)
    program.press("q")
    assert program.ended() == 0
