"""The dialogs that ask yes or no, ask why, or say what went wrong."""

import subprocess
import sys

import pytest
from textual.app import App, ComposeResult

from bball_tui.tui.dialogs.base import CANCEL
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import TickBox
from bball_tui.tui.dialogs.error_box import AfterError, ErrorDialog
from bball_tui.tui.dialogs.migrate import MigrateDialog
from bball_tui.tui.dialogs.reason import Reason
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.hands import resize, running

LINES = ["3 contracts become void.", "2 e-mails that wait are canceled."]


def void(**more: object) -> Confirm:
    return Confirm("Void 3 contracts", LINES, "Void 3", danger=True, **more)  # type: ignore[arg-type]


def harmless() -> Confirm:
    return Confirm("Leave bball-tui", ["2 e-mails are on their way; they will arrive all the same."], "Leave")


# Confirm


async def test_it_says_what_and_how_many_and_which_keys() -> None:
    async with asking(void()) as desk:
        assert "Void 3 contracts" in desk.rows[desk.app.screen.query_one(".dialog--frame").region.y]
        assert all(line in desk.screen for line in LINES)
        assert "[ Void 3  y ]" in desk.screen
        assert "Cancel  Esc" in desk.screen


async def test_enter_on_a_dangerous_question_cancels() -> None:
    async with asking(void()) as desk:
        assert desk.focus == "choice-cancel"
        await desk.press("enter")
        assert desk.answers == [False]


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("n", False), ("escape", False)])
async def test_each_key_means_what_is_written_on_it(key: str, answer: bool) -> None:
    async with asking(void()) as desk:
        await desk.press(key)
        assert desk.answers == [answer]


async def test_enter_on_a_harmless_question_goes_on() -> None:
    async with asking(harmless()) as desk:
        assert "[▸Leave  Enter ]" in desk.screen
        await desk.press("enter")
        assert desk.answers == [True]


async def test_the_focus_is_seen_and_moves_with_the_arrows() -> None:
    async with asking(void()) as desk:
        assert "[▸Cancel" in desk.screen
        await desk.press("left")
        assert "[▸Void 3" in desk.screen
        assert "[ Cancel" in desk.screen
        await desk.press("enter")
        assert desk.answers == [True]


async def test_the_mouse_answers_too() -> None:
    async with asking(void()) as desk:
        await desk.click("confirm")
        assert desk.answers == [True]


async def test_a_count_must_be_typed() -> None:
    async with asking(void(typed="12")) as desk:
        assert desk.focus == "choice-cancel"
        assert desk.choice("confirm").disabled
        assert "Type 12 and press Enter" in desk.screen
        await desk.press("y")
        assert desk.open, "y is only a letter here"
        await desk.press("backspace", "1", "3", "enter")
        assert desk.open
        assert "That isn't 12. Nothing has happened yet." in desk.screen
        await desk.press("backspace", "2")
        assert not desk.choice("confirm").disabled
        assert "This is not 12" not in desk.screen
        await desk.press("enter")
        assert desk.answers == [True]


async def test_what_is_typed_does_not_help_whoever_presses_enter_on_cancel() -> None:
    async with asking(void(typed="12")) as desk:
        await desk.press("1", "2")
        await desk.go_to(f"#choice-{CANCEL}")
        await desk.press("enter")
        assert desk.answers == [False]


async def test_an_upgrade_says_what_it_does_and_starts_on_not_now() -> None:
    sentence = "The database has schema 0001, this program needs 0002: 1 migration will run (0002)."
    async with asking(MigrateDialog("postgresql://***@db.example.org/league", sentence)) as desk:
        assert "postgresql://***@db.example.org/league" in desk.line
        assert sentence in desk.line
        assert "all of it, or nothing" in desk.line
        assert "[▸Not now  Esc ]" in desk.screen
        await desk.press("enter")
        assert desk.answers == [False]


# Reason


async def test_a_reason_is_not_empty() -> None:
    async with asking(Reason("Void Amara Hamilton's contract", ["It becomes void."], "Void")) as desk:
        assert desk.focus == "reason"
        assert desk.app.screen.has_class("-dangerous"), "the frame warns"
        await desk.press("space", "enter")
        assert desk.open
        assert "Say why, in a few words." in desk.screen
        await desk.type("wrong ")
        await desk.type(" team ")
        assert "Say why" not in desk.screen
        await desk.press("enter")
        assert desk.answers == ["wrong team"]


async def test_a_reason_is_at_most_500_characters_and_none_is_lost() -> None:
    async with asking(Reason("Void it", [], "Void")) as desk:
        field = desk.widget("#reason")
        field.value = "x" * 501  # type: ignore[attr-defined]
        await desk.press("enter")
        assert desk.open
        assert "501 characters; 500 is the limit" in desk.line
        await desk.press("backspace", "enter")
        assert desk.answers == ["x" * 500]


async def test_a_change_of_mind_is_no_reason() -> None:
    async with asking(Reason("Void it", [], "Void")) as desk:
        await desk.type("because")
        await desk.press("escape", "y")
        assert desk.answers == [None]


# Errors


PROBLEM = "The database cannot be reached at the moment. What was not confirmed has not happened. Try again."


async def test_an_error_says_what_happened_what_is_safe_and_what_to_press() -> None:
    async with asking(ErrorDialog(PROBLEM, True)) as desk:
        assert PROBLEM in desk.line
        assert "is kept" in desk.line
        assert "r tries again, Esc closes this, y copies the text." in desk.line


@pytest.mark.parametrize(
    ("key", "answer"),
    [("r", AfterError.RETRY), ("enter", AfterError.RETRY), ("escape", AfterError.CLOSE)],
)
async def test_an_error_can_be_tried_again_or_closed(key: str, answer: AfterError) -> None:
    async with asking(ErrorDialog(PROBLEM, True)) as desk:
        await desk.press(key)
        assert desk.answers == [answer]


async def test_without_a_second_try_there_is_no_key_for_it() -> None:
    async with asking(ErrorDialog(PROBLEM)) as desk:
        assert "Try again  r" not in desk.screen
        await desk.press("r")
        assert desk.open
        await desk.press("enter")
        assert desk.answers == [AfterError.CLOSE]


async def test_the_text_can_be_copied_without_what_a_terminal_obeys() -> None:
    async with asking(ErrorDialog("first line\nsecond \x1b]52;c;eA==\x07 line")) as desk:
        await desk.press("y")
        assert desk.app.copied == ["first line\nsecond ␛]52;c;eA==␇ line"]
        assert "Copied" in desk.screen
        assert desk.open


async def test_a_long_error_scrolls_and_its_choices_stay() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    async with asking(ErrorDialog(text), SMALL) as desk:
        assert desk.whole_choices()
        assert "line 0" in desk.screen
        await desk.press("pagedown")
        assert "line 0\n" not in desk.screen
        assert "line 20" in desk.screen
        for _ in range(10):
            await desk.press("pagedown")
        assert "Esc closes this" in desk.screen
        assert desk.whole_choices()


# All of them


@pytest.mark.slow
@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
async def test_a_resized_window_keeps_the_choices_in_sight(size: tuple[int, int]) -> None:
    lines = [f"{number}: something that will happen to a contract with a rather long name" for number in range(40)]
    async with asking(Confirm("Void 40 contracts", lines, "Void 40", danger=True), (100, 50)) as desk:
        await resize(desk.pilot, size)
        await desk.settle()
        assert desk.whole_choices()
        assert "0: something" in desk.screen


async def test_help_opens_and_esc_closes_only_the_help() -> None:
    async with asking(void(), ROOMY) as desk:
        await desk.press("question_mark")
        await desk.until_shown("Are you sure?")
        await desk.press("escape")
        assert desk.open
        assert "Are you sure?" not in desk.screen
        await desk.press("escape")
        assert desk.answers == [False]


@pytest.mark.slow
def test_the_dialogs_need_no_database_to_be_shown() -> None:
    code = (
        "import importlib, pkgutil, sys, bball_tui.tui.dialogs as p\n"
        "for m in pkgutil.walk_packages(p.__path__, f'{p.__name__}.'): importlib.import_module(m.name)\n"
        "print(*sorted({'sqlalchemy', 'psycopg', 'httpx', 'jinja2', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


async def test_keys_typed_ahead_answer_once() -> None:
    async with asking(void()) as desk:
        top = harmless()
        desk.app.push_screen(top)
        await desk.settle()
        top.action_confirm()
        top.action_confirm()
        await desk.settle()
        assert desk.app.screen is desk.app.asked, "the second answer was not one to the dialog below"
        assert desk.answers == []


async def test_the_first_answer_waits_for_what_lies_over_the_dialog() -> None:
    async with asking(void()) as desk:
        dialog = desk.app.asked
        over = ErrorDialog(PROBLEM)
        desk.app.push_screen(over)
        await desk.settle()
        dialog.dismiss(True)
        dialog.dismiss(False)
        await desk.settle()
        assert desk.app.screen is over
        assert desk.answers == []
        await desk.press("escape")
        assert desk.answers == [True]
        assert not desk.open


async def test_a_box_that_is_not_ticked_can_be_seen() -> None:
    class Asked(App[None]):
        def compose(self) -> ComposeResult:
            yield TickBox("leave out rows with faults")

    app = Asked()
    async with running(app):
        for _ in range(2):
            box = next(iter(app.query_one(TickBox).render_line(0)))
            assert box.text.startswith("[")
            assert box.style is not None
            assert box.style.color != box.style.bgcolor
            app.query_one(TickBox).toggle()
