"""What staff do with team chats: each command asks, does one thing, and says what came of it."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.chat_link import ChatLink
from bball_tui.tui.dialogs.chat_plan import ChatPlan
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.dialogs.chat_share import ChatShare
from bball_tui.tui.dialogs.chat_tell import Answer, ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.screens.chat_sections import group_choices
from bball_tui.tui.screens.groupme_actions import CHAT_ACTIONS, ChatState
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.staffing import edit_staff
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from bball_tui.groupme.listing import ChatRow
    from bball_tui.groupme.models import Group
    from bball_tui.groupme.reading import Reading
    from bball_tui.groupme.rehearsal import Rehearsed
    from bball_tui.tui.backend import Backend


class ChatCommands(RecordPane["ChatRow"]):
    """The commands of the tab GroupMe. The list and the reading are the subclass's."""

    ACTIONS = CHAT_ACTIONS
    BINDINGS: ClassVar[list[Any]] = CHAT_ACTIONS.bindings()
    BINDING_GROUP_TITLE = CHAT_ACTIONS.title

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.reading: Reading | None = None
        """What GroupMe said last, and the plan that follows from it."""
        self.is_reading = False
        self.no_token: str | None = None

    def start_reading(self) -> None:
        """Ask GroupMe."""
        raise NotImplementedError

    def situation(self) -> ChatState:
        """The team under the cursor, and whether GroupMe can be asked."""
        row = self.team
        selected = [one for id_ in self.targets if (one := self.records.loaded(id_)) is not None]
        return ChatState(
            obstacle=self.not_ready(),
            targets=len(self.targets),
            has_group=row is not None and row.group_id is not None,
            has_link=row is not None and row.link is not None,
            to_tell=sum(one.to_tell for one in selected),
            waiting=sum(one.waiting for one in selected),
            waits=self.backend is not None and self.backend.season is not None and self.backend.league.wait_for_chat,
            no_token=self.no_token,
            reading=self.is_reading,
            read=self.reading is not None,
            proposed=len(self.proposed),
            dismissed=0 if row is None else row.dismissed,
            steps=0 if self.reading is None else len(self.reading.plan.actions),
        )

    @property
    def team(self) -> "ChatRow | None":
        """The one team that is meant."""
        return self.meant

    @property
    def proposed(self) -> "tuple[Group, ...]":
        """The groups that GroupMe has for the team under the cursor, as long as it has none."""
        row = self.team
        seen = None if self.reading is None or row is None or row.group_id is not None else self.reading.team(row.id)
        return () if seen is None or seen.group is not None else tuple(one.group for one in seen.candidates)

    def action_chat_read(self) -> None:
        """Ask GroupMe how things stand."""
        self.start_reading()

    @work(group="command")
    async def action_chat_plan(self) -> None:
        """Show the plan, do what is ticked, and look again."""
        backend, reading = self.backend, self.reading
        if backend is None or reading is None:
            return
        wanted = await self.app.push_screen_wait(ChatPlan(reading.plan))
        if not wanted:
            return
        title = f"Doing {counted(len(wanted), 'step')}"
        tells = await self._tell_first(backend, title, reading.bring_links(wanted))
        if tells is None:
            return
        await self.app.push_screen_wait(
            ChatRun(title, lambda control, report: backend.apply_chats(wanted, tells, control, report), len(wanted))
        )
        self.start_reading()

    async def _tell_first(self, backend: "Backend", title: str, team_ids: "Collection[int]") -> frozenset[int] | None:
        """Ask whether families are to be told of links that are about to stand; None: rather do nothing."""
        try:
            families = await backend.families_of(team_ids, any_link=True)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return None
        if not families:
            return frozenset()
        lines = ["These steps bring a new link. Mails go out only where it really comes to stand."]
        answer = await self.app.push_screen_wait(ChatTell(title, lines, families, deed="Do it"))
        if answer is None:
            return None
        return frozenset(one.team_id for _, one in families) if answer is Answer.TELL else frozenset()

    @work(group="command")
    async def action_chat_create(self) -> None:
        """Create the group of this one team, after a question that says what GroupMe gets."""
        backend, row = self.backend, self.team
        if backend is None or row is None:
            return
        try:
            creation = await backend.plan_creation(row.id, lambda progress: None, although_similar=True)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        lines = [f"{action.after[:1].upper()}{action.after[1:]}." for action in creation.actions]
        lines += [f"! {action.risk}" for action in creation.actions if action.risk]
        if creation.others:
            others = ", ".join(f"'{group.name}'" for group in creation.others[:3])
            lines.append(f"! There is {others} already. Create another one only if that is not this team's.")
        question = Confirm(f"Create the group of {row.label}", lines, "Create", danger=bool(creation.others))
        title = f"Creating the group of {row.label}"
        if not await self.app.push_screen_wait(question):
            return
        tells = await self._tell_first(backend, title, (row.id,))
        if tells is None:
            return
        await self.app.push_screen_wait(
            ChatRun(
                title,
                lambda control, report: backend.create_chat(creation, tells, control, report),
                len(creation.actions),
            )
        )
        self.start_reading()

    @work(group="command")
    async def action_chat_staff(self) -> None:
        """The adults who belong into every group; the plan then has a step for whoever is in none."""
        backend = self.backend
        if backend is None:
            return
        if await edit_staff(self.app, backend, self.zone, self.now) and self.no_token is None:
            self.start_reading()

    @work(group="command")
    async def action_chat_link(self) -> None:
        """Choose or paste; then the link stands."""
        backend, row = self.backend, self.team
        if backend is None or row is None:
            return
        groups = group_choices(row.id, self.reading, self.zone, self.now)
        ids = frozenset(group.group_id for group in groups)

        async def rehearse(wanted: str) -> "Rehearsed":
            return await backend.rehearse_link(row.id, wanted, chosen=wanted in ids)

        note = "" if groups else "Groups to choose from are shown once GroupMe was read (r)."
        rehearsed = await self.app.push_screen_wait(ChatLink(row.label, groups, rehearse, note=note))
        if rehearsed is None:
            return
        families, tell = rehearsed.families, False
        if rehearsed.linked.link_changed and families.families:
            lines = [f"{row.label} is linked with {group_words(rehearsed)}.", *rehearsed.chosen.notes]
            answer = await self.app.push_screen_wait(
                ChatTell(f"Link {row.label}", lines, ((row.label, families),), deed="Link")
            )
            if answer is None:
                return
            tell = answer is Answer.TELL
        try:
            linked, told = await backend.link_chat(row.id, rehearsed, tell=tell)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        notes = [] if families.families else list(rehearsed.chosen.notes)
        if linked.released:
            notes.append(f"{counted(linked.released, 'waiting mail')} on the way.")
        if told is not None:
            notes.append(f"{counted(len(told.outbox_ids), 'mail')} promised.")
        sentence = " ".join((f"{linked.team} is linked with {group_words(rehearsed)}.", *notes))
        self.app.notify(clean(sentence), timeout=8, markup=False)
        if self.no_token is None:
            self.start_reading()

    @work(group="command")
    async def action_chat_share(self) -> None:
        """Show the link, masked until somebody asks for it."""
        backend, row = self.backend, self.team
        if backend is None or row is None:
            return
        try:
            share_url = await backend.share_link(row.id)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        await self.app.push_screen_wait(
            ChatShare(row.label, share_url, lambda path: backend.write_code(share_url, path))
        )

    @work(group="command")
    async def action_chat_unlink(self) -> None:
        """Say what it means, then forget group and link."""
        backend, row = self.backend, self.team
        if backend is None or row is None:
            return
        lines = [
            f"{row.label} is linked with the group {row.group!r}."
            if row.group
            else f"{row.label} is linked with a group.",
            "The group itself stays as it is, and so does everybody in it.",
            "Welcome mails that go out from now on carry no join button.",
        ]
        if row.link is not None:
            lines.append("Mails that went out already still lead to that group.")
        if not await self.app.push_screen_wait(Confirm(f"Unlink {row.label}", lines, "Unlink", danger=True)):
            return
        try:
            await backend.unlink_chat(row.id)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        self.app.notify(clean(f"{row.label} is unlinked. r looks for its group again."), markup=False)


def group_words(rehearsed: "Rehearsed") -> str:
    """The group in a sentence."""
    name = rehearsed.linked.name
    return f"the group '{name}'" if name else f"group {rehearsed.linked.group_id}"
