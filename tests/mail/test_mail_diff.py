"""What is new in a mail, and a copy of it for staff themselves."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from bball_tui.errors import BballError
from bball_tui.mail.mail_diff import Change, DiffLine, difference
from bball_tui.mail.mime import Letter, Mailbox, build, quoted_printable
from bball_tui.mail.trial_mail import MARK, as_test


def letter(text: str, subject: str = "Welcome, José", to: str = "rosa@families.test") -> bytes:
    return build(
        Letter(
            sender=Mailbox("Westside", "office@westside.test"),
            recipient=Mailbox("Rosa Hamilton", to),
            reply_to=None,
            subject=subject,
            text=text,
            html=quoted_printable(f"<p>{text}</p>"),
            message_id="<1@westside.test>",
            date=datetime(2026, 11, 26, tzinfo=UTC),
        )
    )


def test_only_what_differs_is_marked() -> None:
    found = difference(letter("Hi\nold\nbye"), letter("Hi\nnew\nbye", subject="Hello"))
    assert [line for line in found if line.change is not Change.SAME] == [
        DiffLine(Change.GONE, "Subject: Welcome, José"),
        DiffLine(Change.NEW, "Subject: Hello"),
        DiffLine(Change.GONE, "old"),
        DiffLine(Change.NEW, "new"),
    ]
    assert {line.change for line in difference(letter("Hi"), letter("Hi", to="dan@families.test"))} == {Change.SAME}


def test_a_test_mail_has_the_same_body_and_nobody_elses_address() -> None:
    original = letter("Hi\n" + "long " * 60, subject="Willkommen " * 12 + "ß")
    copy = as_test(original, "Willkommen ß", "me@office.test", date=datetime(2026, 11, 27, tzinfo=UTC))
    read, was = (message_from_bytes(mime, policy=default) for mime in (copy, original))
    assert read["To"] == "me@office.test"
    assert read["Subject"] == "[Test] Willkommen ß"
    assert read[MARK] == was["Message-ID"] != read["Message-ID"]
    assert read["From"] == was["From"]
    assert b"rosa" not in copy
    assert copy.partition(b"\r\n\r\n")[2] == original.partition(b"\r\n\r\n")[2]
    assert all(len(read.get_all(name) or []) == 1 for name in ("Date", "To", "Subject", "Message-ID"))


@pytest.mark.parametrize("bad", ["", "nobody", "a@b.test\r\nBcc: x@y.test", "a@b.test, c@d.test"])
def test_a_test_mail_goes_to_one_real_address(bad: str) -> None:
    with pytest.raises(BballError, match="your own address"):
        as_test(letter("Hi"), "Hi", bad, date=datetime.now(UTC))
