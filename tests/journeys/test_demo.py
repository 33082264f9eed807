"""The demo without a terminal: the whole journey once, on this machine alone."""

import re
from pathlib import Path

from bball_tui.demo import sample_league as cast
from bball_tui.demo.mail_folder import arrived
from tests.journeys.conftest import Program, clean_environment
from tests.support.smtp import SmtpServer


async def test_the_demo_tells_its_journey(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = Program(clean_environment(tmp_path / "data") | {"TMPDIR": str(temporary)})

    async with SmtpServer() as outside:
        ran = await program("demo", mail_url=outside.url)
        leaked = outside.connections

    assert (ran.code, ran.err) == (0, "")
    assert leaked == 0
    told = ran.out
    for sentence in (
        "New: 12 teams, 138 players, 207 guardians, 138 contracts.",
        "Importing twice changes nothing.",
        "Signs: Grace Mbeki, guardian",
        "! Hawks U10 has no chat link yet: e-mails go without the join button.",
        "undo takes 1 signature and 2 e-mails back together",
        "Hi Grace,",
        f"Failed: {cast.UNKNOWN}: the mail server said 550 5.1.1",
        f"Waits: {cast.FULL}: the mail server said 452 4.2.2",
    ):
        assert sentence in told
    # The first run, the retry after the family fixed its mailbox, and a run with nothing left to do.
    words = r"(\d+) sent, (\d+) failed, 0 in doubt, (\d+) waiting for the next try, (\d+) held for undo\."
    runs = re.findall(words, told)
    assert runs == [("62", "1", "1", "4"), ("1", "0", "1", "4"), ("0", "0", "1", "4")]

    # What stays are the mails, where the journey says they are; the user's own data folder was not touched.
    (stage,) = temporary.glob("bball-demo-*/demo")
    mails = arrived(stage / "mail")
    assert len(mails) == 63
    assert mails[-1].recipient == cast.UNKNOWN
    assert str(mails[-1].file) in told
    assert not {mail.recipient for mail in mails} & {cast.FULL}
    assert not (stage / "postgresql").exists()
    assert not (tmp_path / "data").exists()
