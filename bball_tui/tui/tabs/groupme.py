"""The teams and their chats side by side: what is stored, what GroupMe says, and what staff do about it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.database.states import TeamState
from bball_tui.language import COLUMN, _, in_context, stored
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.chat_plan import ChatPlan
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.dialogs.chat_share import ChatShare
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tabs.groupme_guards import (
    asks,
    can_create,
    can_dismiss,
    can_plan,
    can_send_anyway,
    can_share,
    can_tell,
    can_unlink,
    dismiss_caption,
    link_caption,
    one_team,
    plan_caption,
    tell_caption,
    wait_caption,
)
from bball_tui.tui.tabs.groupme_mails import send_without_link, tell_families, tell_first, wait_for_links
from bball_tui.tui.tabs.groupme_reading import ChatsRead, GroupMeReading
from bball_tui.tui.tabs.groupme_sections import (
    CHAT_WIDTH,
    STATE_WORDS,
    chat_cell,
    chat_sections,
    group_cell,
    group_choices,
    mails_cell,
)
from bball_tui.tui.tabs.guards import ready
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.text import clean, width_of
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.api.models import Group
    from bball_tui.groupme.plan.team_list import ChatRow
    from bball_tui.groupme.run.progress import Applied, Control, Report
    from bball_tui.tui.connection import LeagueConnection

FILTERS = (None, *STATE_WORDS)


class GroupMePane(RecordPane["ChatRow"], commands="On team chats", tab="groupme"):
    """The season's teams with their chats. Reading GroupMe goes on beside the keys and can be stopped."""

    HELP = """
    ## GroupMe
    Each team with its chat. **linked** is well, **proposed** means that a group of the team's name is there, **choose
    one** that there are several, **broken** that the linked group is not there anymore. Without `✔` it is what is
    stored here; `{chat.read}` asks GroupMe, `Esc` stops that.

    `{chat.plan}` shows what there is to do, each step with its reason; nothing is done that is not ticked. In a new
    season `{chat.renew}` comes first: which team keeps last season's group, and which gets a new one. `{chat.leavers}`
    lists who left a team and is still in its chat, `{chat.not-joined}` the families of all teams who have not joined.
    `{chat.link}` links a group that you choose or whose share link you paste, also without an access token.
    `{chat.staff}` lists the staff in every group. `{chat.share}` shows the share link and its QR code,
    `{chat.tell}` tells families who were welcomed before the link was there. `{chat.wait}` lets welcome e-mails wait
    until there is a link; `{chat.send-anyway}` sends those without. `{chat.filter}` shows only teams whose chat is in
    one state. `{chat.dismiss}` says that a proposed group is not the team's, and takes that back. No group is ever
    deleted from here.
    """
    placeholder = _("team or division")
    empty_text = _("There are no teams yet. Press {desk.import} to import a roster.")
    nothing_found = _(
        "No team matches. {chat.filter} goes on to the next state, Esc takes the search or the filter away."
    )
    first_sort = Sort("team")
    watches = FAMILY_TABLES | {"season", "team", "contract", "group_look", "group_member", "group_dismissal", "league"}

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.groupme = GroupMeReading()
        self.shown_state: TeamState | None = None
        """Only teams whose chat is in this state are listed; None: all."""

    def compose(self) -> ComposeResult:
        """Search, how things stand with GroupMe, then list and inspector side by side."""
        yield self.search_bar
        yield self.groupme
        with Horizontal(classes="pane--body"):
            yield self.records
            yield self.inspector

    def make_columns(self) -> "Sequence[Column[ChatRow]]":
        return (
            Column(key="team", title=_("Team"), width=14, flex=3, limit=34, render=lambda row: row.label, sort="team"),
            Column(key="state", title=_("Chat"), width=CHAT_WIDTH, render=chat_cell, sort="state"),
            Column(
                key="group",
                title=_("Group"),
                width=12,
                flex=3,
                limit=34,
                render=group_cell,
                sort="group",
                priority=3,
            ),
            Column(
                key="members",
                title=_("In it"),
                width=5,
                align="right",
                render=lambda row: NOTHING if row.members is None else f"{row.members:,}",
                sort="members",
                priority=2,
            ),
            Column(
                key="link",
                title=in_context(COLUMN, "Link"),
                width=width_of(status(Tone.WARN, _("none")).text),
                render=lambda row: Styled(_("link")) if row.link else status(Tone.WARN, _("none")),
                priority=1,
            ),
            Column(
                key="mails",
                title=_("E-mails"),
                width=10,
                render=mails_cell,
                sort="mails",
                priority=4,
            ),
        )

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[ChatRow]":
        from bball_tui.groupme.plan.team_list import chat_source

        return connection.source(chat_source, connection.season_id, text, self.shown_state)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.groupme.plan.team_list import chat_detail

        return chat_sections(await connection.call(chat_detail, row_id), self.groupme.found, self.zone, self.now)

    def chips(self) -> tuple[Chip, ...]:
        return (
            ()
            if self.shown_state is None
            else (Chip("state", _("chat: {state_word}").format(state_word=STATE_WORDS[self.shown_state])),)
        )

    def drop_chip(self, key: str) -> None:
        self.shown_state = None

    def show_state(self, state: TeamState | None) -> None:
        """Only the teams whose chat is in this state; None: all."""
        self.shown_state = state
        self.ask()

    # Reading GroupMe

    def refresh_if_stale(self) -> None:
        """Read what changed; the first time GroupMe too, if there is a token. What is stored shows at once."""
        super().refresh_if_stale()
        if self.connection is None:
            self.groupme.tell()
        else:
            self.groupme.begin_once(self.connection)

    @on(ChatsRead)
    def _chats_read(self, event: ChatsRead) -> None:
        event.stop()
        self.changed()
        self.refresh_bindings()

    def read_again(self) -> None:
        """Ask GroupMe, if there is a token."""
        if self.connection is not None and self.groupme.no_token is None:
            self.groupme.begin(self.connection)

    def go_back(self) -> bool:
        """Stop the reading first."""
        return self.groupme.stop() or super().go_back()

    # What a command is about

    @property
    def to_tell(self) -> int:
        """Addresses that were written to before the present link stood."""
        return sum(row.to_tell for row in self.meant_rows)

    @property
    def proposed(self) -> "tuple[Group, ...]":
        """The groups that GroupMe has for the team under the cursor, as long as it has none."""
        row, found = self.meant, self.groupme.found
        seen = None if found is None or row is None or row.group_id is not None else found.team(row.id)
        return () if seen is None or seen.group is not None else tuple(one.group for one in seen.candidates)

    # Commands

    @action(
        "p",
        "plan",
        when=can_plan,
        needs=Right.ROSTER,
        footer=True,
        caption=plan_caption,
        also="changes create groups do it",
    )
    async def action_chat_plan(self) -> None:
        """See what there is to do on GroupMe and why, tick it, and do it."""
        from bball_tui.groupme.run.apply import apply

        if self.groupme.is_reading:
            self.app.notify(_("The plan comes up when GroupMe is read. Esc stops that."), timeout=4, markup=False)
            self.groupme.then(self, "chat_plan")
            return
        connection, reading = self.connection, self.groupme.found
        if connection is None or reading is None:
            return
        wanted = await self.app.push_screen_wait(ChatPlan(reading.plan))
        if not wanted:
            return
        title = _("Doing {steps}").format(steps=counted(len(wanted), "step"))
        tells = await tell_first(self.app, connection, title, reading.bring_links(wanted))
        if tells is None:
            return

        async def run(control: "Control", report: "Report") -> "Applied":
            async with connection.groupme(report, control, tells) as sender:
                return await apply(sender, wanted)

        await self.app.push_screen_wait(ChatRun(title, run, len(wanted), connection.league.zone))
        self.groupme.begin(connection)

    @action("n", "new season", when=asks, needs=Right.ROSTER, also="renew summer next year rollover")
    async def action_chat_renew(self) -> None:
        """Which team keeps last season's group and which gets a new one: you see each with its reason before."""
        from bball_tui.tui.tabs.groupme_summer import renew_chats

        if self.connection is not None and await renew_chats(self.app, self.connection):
            self.groupme.begin(self.connection)

    @action("d", "who left…", when=asks, needs=Right.ROSTER, also="leavers remove people kick clean up")
    async def action_chat_leavers(self) -> None:
        """Who is in the chats (of the selected teams, else of all) and not of the team anymore; take some out."""
        from bball_tui.tui.tabs.groupme_people import show_leavers

        if self.connection is not None and await show_leavers(self.app, self.connection, sorted(self.records.selected)):
            self.groupme.begin(self.connection)

    @action("w", "who has not joined…", when=asks, needs=Right.MAILS, also="remind missing parents invite")
    async def action_chat_not_joined(self) -> bool:
        """Families of all teams who have the link and are not in the chat; one reminder to each."""
        from bball_tui.tui.tabs.groupme_people import show_not_joined

        return self.connection is not None and await show_not_joined(self.app, self.connection, self.now)

    @action(
        "l",
        "link…",
        when=one_team,
        needs=Right.ROSTER,
        footer=True,
        caption=link_caption,
        also="connect group join",
    )
    async def action_chat_link(self) -> bool:
        """Choose the team's group, or paste its share link or its number."""
        from bball_tui.tui.tabs.groupme_linking import link_team

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        groups = group_choices(row.id, self.groupme.found, self.zone, self.now)
        if not await link_team(self.app, connection, row, groups):
            return False
        self.read_again()
        return True

    @action("s", "share link", when=can_share, footer=True, also="qr code invite url")
    async def action_chat_share(self) -> None:
        """Show the team's share link, copy it, show it as a QR code or write that as an image."""
        from bball_tui.groupme.links.qr import write_image
        from bball_tui.groupme.plan.read_database import share_link

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        share_url = await connection.call(share_link, row.id)
        await self.app.push_screen_wait(
            ChatShare(row.label, share_url, lambda path: asyncio.to_thread(write_image, share_url, path))
        )

    @action(
        "t",
        "tell families",
        when=can_tell,
        needs=Right.MAILS,
        footer=True,
        caption=tell_caption,
        also="announce send link",
    )
    async def action_chat_tell(self) -> bool:
        """Write to the families who were welcomed before the team's present link stood."""
        connection, targets = self.connection, self.targets
        return connection is not None and bool(targets) and await tell_families(self.app, connection, targets)

    @action("r", "read GroupMe", when=asks, footer=True, also="refresh sync check")
    def action_chat_read(self) -> None:
        """Ask GroupMe how all chats stand now. Nothing is changed there."""
        if self.connection is not None:
            self.groupme.begin(self.connection)

    @action("c", "create its group", when=can_create, needs=Right.ROSTER, also="make new chat")
    async def action_chat_create(self) -> None:
        """Create the group of this one team, after one question."""
        from bball_tui.groupme.plan.look_at_chats import plan_creation, settle_others
        from bball_tui.groupme.run.apply import apply

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        async with connection.groupme() as sender:
            creation = await plan_creation(sender, row.id, although_similar=True)
        lines = [f"{action.after[:1].upper()}{action.after[1:]}." for action in creation.actions]
        lines += [f"! {action.risk}" for action in creation.actions if action.risk]
        if creation.others:
            others = ", ".join(f"'{group.name}'" for group in creation.others[:3])
            lines.append(
                _("! There is {others} already. Create another one only if that is not this team's.").format(
                    others=others
                )
            )
        question = Confirm(
            _("Create the group of {label}").format(label=row.label), lines, _("Create"), danger=bool(creation.others)
        )
        title = _("Creating the group of {label}").format(label=row.label)
        if not await self.app.push_screen_wait(question):
            return
        tells = await tell_first(self.app, connection, title, (row.id,))
        if tells is None:
            return

        async def run(control: "Control", report: "Report") -> "Applied":
            async with connection.groupme(report, control, tells) as sender:
                await settle_others(sender, creation)
                return await apply(sender, creation.actions, try_again=True)

        await self.app.push_screen_wait(ChatRun(title, run, len(creation.actions), connection.league.zone))
        self.groupme.begin(connection)

    @action("f", "filter", also="show only narrow")
    def action_chat_filter(self) -> None:
        """Only teams whose chat is in one state: linked, proposed, choose one, no group, and so on."""
        self.show_state(FILTERS[(FILTERS.index(self.shown_state) + 1) % len(FILTERS)])

    @action(
        "x", "not this group", when=can_dismiss, needs=Right.ROSTER, caption=dismiss_caption, also="wrong ignore reject"
    )
    async def action_chat_dismiss(self) -> bool:
        """The groups that are proposed are not this team's; the same key takes that back."""
        from bball_tui.groupme.links.linking import dismiss, propose_again

        connection, row, proposed = self.connection, self.meant, self.proposed
        if connection is None or row is None:
            return False
        if proposed:
            lines = [
                _("Not proposed to {label} anymore, and not in the way of a new group:").format(label=row.label),
                *(f"  {group.name}, {counted(group.members_count or 0, 'member')}" for group in proposed),
                _("The groups themselves stay as they are. The same key takes this back."),
            ]
            word = (
                _("Not this one")
                if len(proposed) == 1
                else _("None of these {proposed}").format(proposed=len(proposed))
            )
            if not await self.app.push_screen_wait(Confirm(f"{word}: {row.label}", lines, word)):
                return False
            groups = [group.id for group in proposed]
            await connection.call(dismiss, row.id, groups, reason=stored("on the screen"))
            back = _("{key} takes that back.").format(key=key_of("chat.dismiss"))
            told = _("Remembered: {groups} not of {label}. {back}").format(
                groups=counted(len(proposed), "group"), label=row.label, back=back
            )
        else:
            again = await connection.call(propose_again, row.id)
            told = _("{groups} may be suggested for {label} again.").format(
                groups=counted(again, "group"), label=row.label
            )
        self.app.notify(clean(told), markup=False)
        self.read_again()
        return True

    @action("m", "staff…", when=ready, needs=Right.ROSTER, also="coaches adults")
    async def action_chat_staff(self) -> None:
        """The adults in every group: add, change, note that they agreed, take off the list."""
        from bball_tui.tui.group_staff import edit_staff

        if self.connection is not None and await edit_staff(self.app, self.connection, self.zone, self.now):
            self.read_again()

    @action(
        "S", "send waiting e-mails", when=can_send_anyway, needs=Right.MAILS, dangerous=True, also="release held anyway"
    )
    async def action_chat_send_anyway(self) -> bool:
        """Send the welcome e-mails that wait for the team's link without it, after one question."""
        connection, rows = self.connection, [row for row in self.meant_rows if row.waiting]
        return connection is not None and bool(rows) and await send_without_link(self.app, connection, rows)

    @action(
        "W", "let welcome e-mails wait, or not", when=ready, needs=Right.LEAGUE, dangerous=True, caption=wait_caption
    )
    async def action_chat_wait(self) -> None:
        """Whether welcome e-mails of teams without a link wait until there is one. For the whole league."""
        if self.connection is not None:
            await wait_for_links(self.app, self.connection)

    @action("U", "unlink", when=can_unlink, needs=Right.ROSTER, dangerous=True, also="disconnect detach remove")
    async def action_chat_unlink(self) -> bool:
        """Forget the team's group and link. The group itself stays as it is."""
        from bball_tui.tui.tabs.groupme_linking import unlink_team

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        return await unlink_team(self.app, connection, row, asks=self.groupme.no_token is None)
