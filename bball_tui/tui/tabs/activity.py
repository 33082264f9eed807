"""Who did what, the latest first. It is read here and changed nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import _, retold
from bball_tui.league.acts import (
    NOTED,
    TAKEN_BACK,
    Act,
    ActivityFilter,
    Change,
    Entity,
    called,
    changes_of,
    kind_words,
    undone_of,
)
from bball_tui.league.rights import Right
from bball_tui.time_format import clock
from bball_tui.tui.actions import action
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.guards import on_one
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.theme import NOTHING, Styled, Tone
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.tui.connection import LeagueConnection

MERGES = ("merged", "merged_into")
IMPORT = "roster_imported"
KINDS = (None, *Entity)
"""What `f` goes through; None is everything."""

_one = on_one("act", "One act at a time: select none, or one.")


def _a_merge(pane: "ActivityPane") -> str | None:
    act = pane.meant
    return _one(pane) or (None if act is not None and act.action in MERGES else _("This row tells of no merge."))


def _an_import(pane: "ActivityPane") -> str | None:
    act = pane.meant
    return _one(pane) or (None if act is not None and act.action == IMPORT else _("This row tells of no import."))


class ActivityPane(RecordPane[Act], commands="In the activity", tab="activity"):
    """The record of every change, narrowed by person, day, kind and record."""

    HELP = """
    ## Activity
    Who did what, the latest first; the database itself wrote down who and when. The panel shows field by field what was
    before and after. Search by login, by what was done, or by player. `{activity.kind}` shows one kind of record after
    the other, `{activity.who}` only what this person did, `{activity.day}` only what happened on this day,
    `{activity.record}` the whole history of this one record. `{activity.unmerge}` takes a merge of two back,
    `{activity.unimport}` an import.
    """
    placeholder = _("player, login, or what was done")
    empty_text = _("Nothing was done yet.")
    nothing_found = _(
        "Nothing like that was done. What an import brought in is noted once, on the import itself. "
        "Esc takes the search or the last filter away."
    )
    first_sort = Sort("id", descending=True)
    watches = FAMILY_TABLES | {
        "season",
        "team",
        "contract",
        "league",
        "league_member",
        "scan",
        "provider_gate",
        "bounce",
        "group_staff",
        "group_member",
        "group_dismissal",
    }

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._wanted = ActivityFilter()
        self._called = ""

    def make_columns(self) -> Sequence[Column[Act]]:
        return (
            Column(key="when", title=_("When"), width=8, render=self._when, sort="id"),
            Column(key="who", title=_("Who"), width=10, limit=16, render=lambda row: row.who, priority=1),
            # An act is told whole before a login has any room: acts differ by their last word.
            Column(key="what", title=_("What"), width=29, flex=3, limit=38, render=lambda row: row.words),
            Column(
                key="record", title=_("Record"), width=16, flex=2, limit=34, render=lambda row: called(row) or NOTHING
            ),
            Column(key="change", title=_("Before and after"), width=20, flex=4, render=_summary, priority=2),
        )

    def _when(self, row: Act) -> str | Styled:
        return time_cell(row.at, self.zone, self.now)

    def source(self, connection: "LeagueConnection", text: str) -> RecordSource[Act]:
        from bball_tui.league.activity import ActivitySource

        return connection.source(ActivitySource, replace(self._wanted, text=text), self.zone)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.activity import read_act

        act = await connection.call(read_act, row_id, self.zone)
        if act is None:
            return (Section("", (Note(_("This is not there anymore.")),)),)
        at = act.at.astimezone(self.zone)
        facts: list[SectionLine] = [
            Fact(_("Who"), act.who),
            Fact(_("When"), f"{short_date(at.date())}, {clock(at, seconds=True)}"),
            Fact(_("Record"), undone_of(act)[0] or _record_words(act)),
        ]
        if act.reason:
            facts.append(Fact(_("Reason"), retold(act.reason)))
        said = tuple(Fact(one.field, _both(one)) for one in changes_of(act))
        sections = [Section(act.words.capitalize(), tuple(facts))]
        if said:
            sections.append(Section(_title(act), said))
        if act.action == NOTED:
            sections.append(Section("", (Note(_("What was said stands in the notes of the family.")),)))
        return tuple(sections)

    # The filters

    def chips(self) -> tuple[Chip, ...]:
        wanted = self._wanted
        chips = []
        if wanted.entity is not None and wanted.entity_id is None:
            chips.append(Chip("kind", kind_words(wanted.entity)))
        if wanted.who is not None:
            chips.append(Chip("who", _("by {who}").format(who=wanted.who)))
        if wanted.day is not None:
            chips.append(Chip("day", short_date(wanted.day, self.now.astimezone(self.zone).date())))
        if wanted.entity_id is not None:
            chips.append(Chip("record", self._called))
        return tuple(chips)

    def drop_chip(self, key: str) -> None:
        match key:
            case "kind":
                self._wanted = replace(self._wanted, entity=None)
            case "who":
                self._wanted = replace(self._wanted, who=None)
            case "day":
                self._wanted = replace(self._wanted, day=None)
            case "record":
                self._wanted = replace(self._wanted, entity=None, entity_id=None)

    def show_record(self, entity: str, entity_id: int, called: str) -> None:
        """Only what was done to this record."""
        self._called = called
        self._narrow(ActivityFilter(entity=entity, entity_id=entity_id))

    def _narrow(self, wanted: ActivityFilter) -> None:
        self._wanted = wanted
        self.ask()

    # Commands

    @action("f", "kind of record", footer=True)
    def action_activity_kind(self) -> None:
        """Only acts on contracts, players, guardians, teams, and so on: one kind after the other, then all."""
        now = None if self._wanted.entity_id is not None else self._wanted.entity
        following = KINDS[(KINDS.index(now) + 1) % len(KINDS)] if now in KINDS else None
        self._narrow(replace(self._wanted, entity=following, entity_id=None))

    @action("w", "this person", when=_one, footer=True)
    def action_activity_who(self) -> None:
        """Only what the person of this row did; once more: everybody."""
        act = self.meant
        if act is not None:
            self._narrow(replace(self._wanted, who=None if self._wanted.who == act.who else act.who))

    @action("d", "this day", when=_one, footer=True)
    def action_activity_day(self) -> None:
        """Only what was done on the day of this row; once more: on any day."""
        act = self.meant
        if act is not None:
            day = act.at.astimezone(self.zone).date()
            self._narrow(replace(self._wanted, day=None if self._wanted.day == day else day))

    @action("h", "this record", when=_one, footer=True)
    def action_activity_record(self) -> None:
        """The whole history of the record of this row; once more: all records."""
        act = self.meant
        if act is None:
            return
        if self._wanted.entity_id is not None:
            self.drop_chip("record")
            self.ask()
        else:
            self.show_record(act.entity, act.entity_id, _record_words(act))

    @action("!", "not the same", when=_a_merge, needs=Right.ROSTER)
    async def action_activity_unmerge(self) -> bool:
        """Take back the merge of two players, or two guardians, that this row tells of."""
        from bball_tui.tui.merging import take_act_back

        act = self.meant
        return self.connection is not None and act is not None and await take_act_back(self.app, self.connection, act)

    @action("b", "take the import back", when=_an_import, needs=Right.ROSTER)
    async def action_activity_unimport(self) -> bool:
        """Take back the import that this row tells of: you see first what goes, what is as before, and what stays."""
        from bball_tui.tui.undoing import take_import_back

        act = self.meant
        return (
            self.connection is not None
            and act is not None
            and await take_import_back(self.app, self.connection, act.id)
        )


def _record_words(act: Act) -> str:
    """The record of an act; its number only where nobody knows a name."""
    name = act.record if act.action == TAKEN_BACK else called(act)
    return f"{kind_words(act.entity)} {name or act.entity_id}"


def _title(act: Act) -> str:
    """What the fields of an act are."""
    if act.action == TAKEN_BACK:
        return _("What was undone")
    return _("Before → after") if act.before else _("What was written")


def _both(change: Change) -> str:
    return " → ".join(part for part in (change.before, change.after) if part is not None)


def _summary(act: Act) -> str | Styled:
    said = (f"{one.field} {_both(one)}" for one in changes_of(act))
    text = "; ".join([*([retold(act.reason)] if act.reason else []), *said])
    return text[:300] if text else Styled("–", Tone.MUTED)
