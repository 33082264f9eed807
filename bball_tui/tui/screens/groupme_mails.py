"""What staff do about the mails that carry the link of a team chat."""

from textual import work

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.chat_tell import Answer, ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.screens.groupme_commands import ChatCommands
from bball_tui.wording import counted

MOST_TEAMS = 10


class ChatMailCommands(ChatCommands):
    """The link reaches families: those who were welcomed before it stood, and those whose mail waits for it."""

    @work(group="command")
    async def action_chat_tell(self) -> None:
        """Say how many and who, then promise the mails."""
        backend, targets = self.backend, self.targets
        if backend is None or not targets:
            return
        try:
            families = await backend.families_of(targets)
            if not families:
                self.app.notify("Every family that was welcomed has the present link.", markup=False)
                return
            question = ChatTell("Tell families of the team chat", (), families)
            if await self.app.push_screen_wait(question) is not Answer.TELL:
                return
            mails = await backend.tell_families([one.team_id for _, one in families])
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        self.app.notify(f"{counted(mails, 'mail')} promised. The Outbox shows them.", markup=False)

    @work(group="command")
    async def action_chat_send_anyway(self) -> None:
        """Say how many mails go without a button, then send them."""
        backend, targets = self.backend, self.targets
        rows = [row for one in targets if (row := self.records.loaded(one)) is not None and row.waiting]
        if backend is None or not rows:
            return
        mails = sum(row.waiting for row in rows)
        lines = [f"{row.label}: {counted(row.waiting, 'mail')}" for row in rows[:MOST_TEAMS]]
        lines += [f"and {len(rows) - MOST_TEAMS} more teams"] if len(rows) > MOST_TEAMS else []
        lines.append("They go out without the button to the team chat. Families can be told of the link later (t).")
        title = f"Send {counted(mails, 'welcome mail')} without the link"
        if not await self.app.push_screen_wait(Confirm(title, lines, f"Send {mails}", danger=True)):
            return
        try:
            sent = await backend.send_anyway([row.id for row in rows])
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        self.app.notify(f"{counted(sent, 'mail')} on the way.", markup=False)

    @work(group="command")
    async def action_chat_wait(self) -> None:
        """Ask, then let welcome mails wait for the link from now on, or not."""
        backend = self.backend
        if backend is None:
            return
        waits = backend.league.wait_for_chat
        if waits:
            lines = [
                "Welcome mails of teams without a link go out at once again, without the join button.",
                "Mails that wait already go on waiting: S sends them.",
            ]
            question = Confirm("Welcome mails wait no more", lines, "Wait no more", danger=True)
        else:
            lines = [
                "From now on a welcome mail waits until its team's chat has a share link: every one has the button.",
                "Signing goes on as usual. Linking the group sends what waits; S sends it without.",
            ]
            question = Confirm("Let welcome mails wait for the link", lines, "Let them wait", danger=True)
        if not await self.app.push_screen_wait(question):
            return
        try:
            await backend.set_wait_for_chat(not waits)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.refresh_bindings()
        self.app.notify(
            f"Welcome mails {'go out at once' if waits else 'wait for the link'} from now on.", markup=False
        )
