"""A day in a real terminal in which every key comes in one write with the others, as after an ssh line stood still."""

from pathlib import Path

from tests.journeys.terminal import ENTER, ESC, TAB, terminal
from tests.journeys.test_contract_desk import desk_of
from tests.journeys.test_pty import ROSTER, run

PILE = [f"paper{number:03}" for number in (17, 3, 29, 12, 8, 21, 5, 30, 1, 26, 14, 9)]


def signed_in(environment: dict[str, str]) -> set[str]:
    """The players whose contracts are signed, as the command line tells."""
    return {
        line.lower() for line in run(environment, "contracts", "list", "--status", "signed", "--csv").splitlines()[1:]
    }


def test_a_pile_of_twelve_papers_in_two_writes(data_dir: Path) -> None:
    environment = desk_of(data_dir, "hasty", 32, worker=False)
    with terminal(environment) as desk:
        desk.shows("0/32", "Paper000, Kid")
        desk.press_at_once("t", PILE[0], ENTER)
        desk.shows("Sign Kid Paper017", "becomes signed")
        # The warning about the missing team chat is read once; from then on nothing is waited for.
        desk.press_at_once(ENTER, *(key for name in PILE[1:] for key in (name, ENTER, ENTER)))
        desk.shows("12 papers done, 20 left", "last: Kid Paper009")
        desk.press_at_once(ESC)
        desk.shows("12/32")
        # ctrl+z does nothing, and what is typed for the shell reaches no list.
        desk.press_at_once("\x1a", "as", ENTER)
        desk.shows("This is still the league")
        desk.press(ESC)
        desk.rest()
        assert "selected" not in desk.text
        # Search, and sign whom the search found.
        desk.press_at_once("/", "paper028", ENTER, "s")
        desk.shows("Sign Kid Paper028", "becomes signed")
        desk.press_at_once(ENTER)
        desk.shows("13/32")
        desk.press("q")
        assert desk.ended() == 0
    signed = signed_in(environment)
    assert len(signed) == 13
    assert all(any(name in line for line in signed) for name in [*PILE, "paper028"])


def test_a_roster_comes_in_by_keys_in_one_write(data_dir: Path) -> None:
    environment = desk_of(data_dir, "hastier", 2, worker=False)
    with terminal(environment) as desk:
        desk.shows("0/2", "Paper000, Kid")
        desk.press_at_once("i", "\x01", "\x0b", str(ROSTER), TAB, TAB, "\x01", "\x0b", "Spring 2027", ENTER)
        desk.shows("guardians", "207")
        desk.press_at_once(ENTER)
        desk.shows("Imported: 138 new players")
        desk.press_at_once("/", "abara", ENTER, "s")
        desk.shows("Sign Grace Abara")
        desk.press(ESC)
        desk.rest()  # Esc and a letter in one write are another key
        desk.press("q")
        assert desk.ended() == 0
    assert not signed_in(environment)
