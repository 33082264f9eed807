"""The players of the league."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.tabs import note_commands
from bball_tui.tui.tabs.cells import day_cell, name_of, status_cell
from bball_tui.tui.tabs.guards import on_one, on_some, ready
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES
from bball_tui.tui.tabs.roster_pane import RosterPane
from bball_tui.tui.tabs.sections import player_sections
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.wording import called_now

if TYPE_CHECKING:
    from bball_tui.league.roster.player_row import PlayerRow
    from bball_tui.league.roster.rows import RosterFilter
    from bball_tui.tui.connection import LeagueConnection


_one = on_one("player", "Do this with one player at a time: select none, or one.")


def _two(pane: "PlayersPane") -> str | None:
    some = on_some("player")(pane)
    return some or (None if pane.number_meant < 3 else _("Select the two players who are one, or only one of them."))


def _name(row: "PlayerRow") -> str:
    name = _("{name_of} (also {also})").format(name_of=name_of(row), also=row.also) if row.also else name_of(row)
    return _("{name} (archived)").format(name=name) if row.archived else name


def _contract(row: "PlayerRow") -> Styled:
    # The name's own mark is cut off where the name is long.
    return status(Tone.MUTED, _("archived")) if row.archived else status_cell(row.contract_status)


def _mail(row: "PlayerRow") -> Styled:
    if row.has_email:
        return status(Tone.GOOD, _("reachable"))
    return status(Tone.WARN, _("no e-mail address") if row.guardians else _("no guardian"))


class PlayersPane(RosterPane["PlayerRow"], commands="On a player", tab="players"):
    """Who is in the league, and whether a mail can reach the family."""

    HELP = """
    ## Players
    All players of the league with the team and contract of the season. The panel shows the guardians: ✉ gets e-mail, ✍
    may sign. `{player.edit}` edits the player, `{player.family}` the guardians, `{player.new}` adds a player with
    guardians and contract.

    `{player.duplicates}` lists who may be in the league twice. `{player.merge}` makes one of two: select both, or find
    the other one by name. `{player.unmerge}` undoes it.
    """
    list_name = "players"
    placeholder = _("player, parent, e-mail or team")
    empty_text = _("There are no players yet. Press {desk.import} to import a roster.")
    first_sort = Sort("player")
    watches = FAMILY_TABLES | {"season", "team", "contract", "scan"}

    def make_columns(self) -> "Sequence[Column[PlayerRow]]":
        return (
            Column(name=True, key="player", title=_("Player"), width=16, flex=3, limit=36, render=_name, sort="player"),
            Column(
                key="jersey",
                title=_("No"),
                width=4,
                align="right",
                render=lambda row: row.jersey or NOTHING,
                sort="jersey",
                priority=2,
            ),
            Column(
                key="born",
                title=_("Born"),
                width=11,
                render=self._born,
                sort="birthdate",
                priority=3,
            ),
            Column(
                key="team",
                title=_("Team"),
                width=12,
                flex=2,
                limit=28,
                render=lambda row: row.team or NOTHING,
                sort="team",
            ),
            Column(
                key="status",
                title=_("Contract"),
                width=10,
                render=_contract,
                sort="status",
            ),
            Column(key="mail", title=_("Family"), width=19, render=_mail, sort="family", priority=1),
        )

    def _born(self, row: "PlayerRow") -> str | Styled:
        """The day; whoever may see none reads that, and not that there is none."""
        hidden = row.birthdate is None and self.connection is not None and self.connection.hides_contacts
        return Styled(_("hidden"), Tone.MUTED) if hidden else day_cell(row.birthdate)

    def called(self, row: "PlayerRow") -> str:
        return called_now(f"{row.first} {row.last}")

    def listing(self, connection: "LeagueConnection", wanted: "RosterFilter") -> "RecordSource[PlayerRow]":
        from bball_tui.league.roster.lists import player_source

        return connection.source(player_source, wanted)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.timeline.read import player_detail

        detail = await connection.call(player_detail, row_id, connection.outgoing)
        return player_sections(detail, self.zone, self.now)

    @action(
        "e", "edit", when=_one, needs=Right.ROSTER, footer=True, also="rename change birthday birth date number jersey"
    )
    async def action_player_edit(self) -> bool:
        """Name, birthdate and jersey of this player."""
        player: PlayerRow | None = self.meant
        return player is not None and await self._edit(player.id)

    @action(
        "h",
        "guardians",
        when=_one,
        needs=Right.ROSTER,
        footer=True,
        also="parent parents mother father contact phone address email",
    )
    async def action_player_family(self) -> bool:
        """The guardians: addresses, who gets e-mail, who may sign, who lives where."""
        from bball_tui.tui.editing import edit_family

        if self.connection is None or self.meant is None:
            return False
        await edit_family(self.app, self.connection, self.meant.id)
        return True

    @action("n", "new player", when=ready, needs=Right.ROSTER, footer=True, also="add create register child kid")
    async def action_player_new(self) -> bool:
        """Add a player, then the guardians, then the contract."""
        return await self._edit(None)

    async def _edit(self, player_id: int | None) -> bool:
        from bball_tui.tui.editing import edit_player

        return self.connection is not None and await edit_player(self.app, self.connection, player_id) is not None

    family = note_commands.OF_PLAYERS

    @action("m", "make a contract", when=_one, needs=Right.ROSTER, also="add create offer")
    async def action_player_contract(self) -> bool:
        """A contract for a player who has none in this season."""
        from bball_tui.tui.editing import make_contract

        if self.connection is None or self.meant is None:
            return False
        await make_contract(self.app, self.connection, self.meant.id)
        return True

    @action("E", "erase", when=_one, needs=Right.ERASE, dangerous=True)
    async def action_player_erase(self) -> bool:
        """Erase a player for good, with parents who have no other child here. You see what goes first."""
        from bball_tui.tui.erasing import erase_player

        if self.connection is None or self.meant is None:
            return False
        return await erase_player(self.app, self.connection, self.meant.id)

    @action("A", "archive", when=_one, needs=Right.ROSTER, also="hide old gone restore bring back past")
    async def action_player_archive(self) -> bool:
        """Take a player who left out of the lists, or bring back one who is archived. Searching finds them."""
        from bball_tui.league.editing.deleting import RecordKind
        from bball_tui.tui.archiving import archive_or_bring_back

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        return await archive_or_bring_back(self.app, connection, RecordKind.PLAYER, row.id)

    @action("X", "delete", when=_one, needs=Right.ROSTER, dangerous=True, also="remove mistake trash")
    async def action_player_delete(self) -> bool:
        """Delete a player made by mistake, if nothing was signed and no e-mail was sent. You see what goes first."""
        from bball_tui.league.editing.deleting import RecordKind
        from bball_tui.tui.deleting import delete_by_mistake

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        return await delete_by_mistake(self.app, connection, RecordKind.PLAYER, row.id)

    @action("d", "maybe the same", when=ready, needs=Right.ROSTER)
    async def action_player_duplicates(self) -> bool:
        """Pairs of players who may be one: merge them, or say that they are two children."""
        from bball_tui.tui.merging import maybe_the_same

        return self.connection is not None and await maybe_the_same(self.app, self.connection)

    @action("=", "the same as…", when=_two, needs=Right.ROSTER)
    async def action_player_merge(self) -> bool:
        """Make one of two players: those selected, or this one and another who is found by name. You see it first."""
        from bball_tui.tui.merging import merge_players

        if self.connection is None or not self.targets:
            return False
        names = [f"{row.first} {row.last}" for row in self.meant_rows]
        name = names[0] if names else _("this player")
        stays = await merge_players(self.app, self.connection, self.targets, name)
        if stays is not None:
            self.records.turn_to(stays)
        return stays is not None

    @action("!", "not the same", when=_one, needs=Right.ROSTER)
    async def action_player_unmerge(self) -> bool:
        """Take back that somebody was merged into this player."""
        from bball_tui.league.merging.people import Person
        from bball_tui.tui.merging import take_merge_back

        player: PlayerRow | None = self.meant
        if self.connection is None or player is None:
            return False
        name = f"{player.first} {player.last}"
        return await take_merge_back(self.app, self.connection, Person.PLAYER, player.id, name)
