"""A real terminal opened with --plain: its cursor is seen, and stands in the line that a screen reader shall say."""

from pathlib import Path

from tests.journeys.terminal import Terminal, terminal
from tests.journeys.test_contract_desk import desk_of


def stands_in(desk: Terminal, words: str) -> None:
    """Wait until the terminal's cursor is in the line with these words."""
    desk.until(lambda: words in desk.screen.display[desk.screen.cursor.y])


def test_the_cursor_of_the_terminal_follows_the_keys(data_dir: Path) -> None:
    environment = desk_of(data_dir, "plain", 14, worker=False) | {"BBALL_PLAIN": "true"}
    with terminal(environment) as desk:
        desk.shows("0/14", "P000, Kid")
        assert b"\x1b[?25h" in desk.written
        for number in range(3):
            stands_in(desk, f"P{number:03}, Kid")
            desk.press("j")
        desk.press("/")
        desk.until(lambda: desk.screen.cursor.y == 2)
        assert not [letter for letter in desk.text if "\u2500" <= letter <= "\u259f"]
