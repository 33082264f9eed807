"""Writing a message: what is typed is never lost by a refusal, an Esc or an editor."""

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.write_message import Draft, WriteMessage
from bball_tui.tui.theme import Tone
from tests.tui.dialog_host import asking

LINES = [("To the team Hawks: 3 addresses, 4 players.", Tone.MUTED), ("Blocked: bo@families.test.", Tone.WARN)]


class League:
    """Refuses until the text has no x, and remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[Draft] = []
        self.looked: list[Draft] = []
        self.dialog = WriteMessage(LINES, look=self.look, send=self.send, edit=self.edit)

    async def look(self, draft: Draft) -> None:
        self.looked.append(draft)

    async def send(self, draft: Draft) -> bool:
        if not draft.subject:
            raise BballError("The subject is empty.")
        if "x" in draft.text:
            raise BballError("There is an x in it.")
        self.sent.append(draft)
        return True

    async def edit(self, draft: Draft) -> Draft:
        return Draft(draft.subject, draft.text + "\n\x1b[31mmore")


async def test_a_refusal_loses_nothing_and_it_is_sent_once() -> None:
    league = League()
    async with asking(league.dialog) as desk:
        assert "3 addresses, 4 players" in desk.screen
        assert "Blocked: bo@families.test" in desk.screen
        await desk.type("News")
        await desk.press("enter")
        await desk.press(*"ax")
        await desk.press("enter")
        await desk.press("s", "question_mark")
        await desk.press("ctrl+s")
        await desk.until_shown("There is an x in it. Nothing was sent.")
        assert league.dialog.draft == Draft("News", "ax\ns?")
        await desk.press("escape")
        assert desk.open
        assert "Discard your changes?" in desk.screen
        await desk.press("escape", "up", "backspace", "ctrl+o")
        await desk.until_shown("more")
        assert league.dialog.draft.text == "a\ns?\n␛[31mmore"
        await desk.press("ctrl+r")
        await desk.press("ctrl+s", "ctrl+s")
        await desk.until_answered()
    assert league.looked == league.sent == [Draft("News", "a\ns?\n␛[31mmore")]
    assert desk.answers == [True]


async def test_esc_leaves_at_once_what_is_empty_and_asks_for_the_rest() -> None:
    async with asking(League().dialog) as desk:
        await desk.press("escape")
        assert desk.answers == [False]
    league = League()
    async with asking(league.dialog) as desk:
        await desk.type("News")
        await desk.press("escape")
        assert "Discard your changes?" in desk.screen
        await desk.press("escape")
        assert league.dialog.draft == Draft("News")
        await desk.press("escape", "y")
        assert desk.answers == [False]


async def test_the_cursor_goes_to_the_field_that_is_empty() -> None:
    async with asking(League().dialog) as desk:
        await desk.go_to("#choice-look")
        await desk.press("ctrl+s")
        await desk.until_shown("The subject is empty. Nothing was sent.")
        assert desk.focus == "subject"
