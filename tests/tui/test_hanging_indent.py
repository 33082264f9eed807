"""Wrapped lines stand below their own text."""

from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import content_lines

LINES = Hanging(
    content_lines(
        [
            ["  ", ("! The Wolves has no chat link yet: e-mails go without the join button.", "bold")],
            ["  Grace Abara signs; e-mail to abara.78@families.test"],
            [""],
            ["All of this line is wrapped from the first column on."],
        ]
    )
)


def test_an_indent_and_a_sign_keep_their_column() -> None:
    wrapped = LINES.wrapped(40)
    assert wrapped.plain.splitlines() == [
        "  ! The Wolves has no chat link yet:",
        "    e-mails go without the join button.",
        "  Grace Abara signs; e-mail to",
        "  abara.78@families.test",
        "",
        "All of this line is wrapped from the first column on.",
    ]
    assert [wrapped.plain[span.start : span.end] for span in wrapped.spans][-1] == "e-mails go without the join button."


def test_what_fits_stays_as_it_is_and_no_line_is_wider_than_the_window() -> None:
    assert len(LINES.wrapped(80).plain.splitlines()) == 4
    for width in range(24, 80):
        assert all(len(line) <= width for line in LINES.wrapped(width).plain.splitlines()[:-1])


def test_a_tick_keeps_its_column_too() -> None:
    line = Hanging(
        content_lines([["[✔] ", ("The Wolves:", "bold"), " only admins change it, anyone who joins is approved"]])
    )
    assert line.wrapped(40).plain.splitlines() == [
        "[✔] The Wolves: only admins change it,",
        "    anyone who joins is approved",
    ]
