"""A team's chat whole, as the sections of the inspector."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from bball_tui.database.states import TeamState
from bball_tui.language import _, plural
from bball_tui.tui.dialogs.chat_link import GroupChoice
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import short_time, width_of
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.api.models import Group
    from bball_tui.groupme.plan.look_at_chats import Reading
    from bball_tui.groupme.plan.membership import Joined
    from bball_tui.groupme.plan.plan_model import TeamPlan
    from bball_tui.groupme.plan.team_list import ChatDetail, ChatRow

MOST_NAMES = 30
_STATES = {
    TeamState.LINKED: (Tone.GOOD, _("linked")),
    TeamState.PROPOSED: (Tone.ACCENT, _("proposed")),
    TeamState.AMBIGUOUS: (Tone.WARN, _("choose one")),
    TeamState.MISSING: (Tone.MUTED, _("no group")),
    TeamState.BROKEN: (Tone.BAD, _("broken")),
    TeamState.UNKNOWN: (Tone.WARN, _("unknown")),
    TeamState.CONFLICT: (Tone.BAD, _("conflict")),
}
STATE_WORDS = {state: word for state, (__, word) in _STATES.items()}
"""What each state is called, without its mark."""


CHAT_WIDTH = max(12, *(width_of(status(*one).text) for one in _STATES.values()))
"""In every language the longest state is whole."""


def chat_cell(row: "ChatRow") -> Styled:
    """``✔ linked``; without the mark while only our own database says so."""
    if row.state is TeamState.LINKED and row.looked_at is None:
        return Styled(_("linked"))
    if row.state is TeamState.LINKED and row.warnings:
        return Styled(_("! linked"), Tone.WARN)
    return status(*_STATES[row.state])


def group_cell(row: "ChatRow") -> str | Styled:
    """The group's name; of a team without one what was found (``? Hawks U10``)."""
    if row.group_id is not None:
        return row.group or Styled(_("group {group_id}").format(group_id=row.group_id), Tone.MUTED)
    if len(row.found) > 1:
        return Styled(_("? {found} groups").format(found=len(row.found)), Tone.MUTED)
    return Styled(f"? {row.found[0]}", Tone.MUTED) if row.found else NOTHING


def mails_cell(row: "ChatRow") -> Styled:
    """What families still miss: ``2 to tell``, ``1 waits``."""
    if row.waiting:
        return Styled(
            plural("{number:,} waits", "{number:,} wait", row.waiting).format(number=row.waiting), Tone.ACCENT
        )
    return Styled(_("{to_tell:,} to tell").format(to_tell=row.to_tell), Tone.WARN) if row.to_tell else NOTHING


def chat_sections(detail: "ChatDetail", reading: "Reading | None", zone: tzinfo, now: datetime) -> tuple[Section, ...]:
    """State, group, warnings, what there is to choose from, who has joined, who is to be told."""
    row = detail.row
    seen = None if reading is None else reading.team(row.id)
    if seen is not None and (None if seen.group is None else seen.group.id) != row.group_id:
        seen = _without_group(seen)
    sections = [Section(row.label, tuple(_state(row, zone, now)))]
    if row.group_id is not None or row.link is not None:
        sections.append(Section(_("Group"), tuple(_group(row, seen, zone, now))))
    if row.warnings:
        sections.append(Section(_("Look at this"), tuple(Note(status(Tone.WARN, one)) for one in row.warnings)))
    if seen is not None and row.group_id is None and seen.candidates:
        sections.append(
            Section(
                _("Groups to choose from ({key} links one)").format(key=key_of("chat.link")),
                _candidates(seen, zone, now),
            )
        )
    if row.waiting:
        anyway = _("{key} sends it without.").format(key=key_of("chat.send-anyway"))
        words = f"{counted(row.waiting, 'welcome e-mail')}. Linking the group sends what waits; {anyway}"
        sections.append(Section(_("Waiting for the link"), (Note(words),)))
    if detail.to_tell.families:
        sections.append(
            Section(
                _("Welcomed without this link ({key} tells them)").format(key=key_of("chat.tell")),
                _names(detail.to_tell.players),
            )
        )
    if row.group_id is not None:
        sections.append(Section(_("Who has joined"), _joined(detail, seen)))
    return tuple(sections)


def _without_group(seen: "TeamPlan") -> "TeamPlan | None":
    # The link was changed since GroupMe was read; only what a team without one may choose from still helps.
    return seen if seen.group is None else None


def _state(row: "ChatRow", zone: tzinfo, now: datetime) -> list[SectionLine]:
    lines: list[SectionLine] = [Fact(_("chat"), chat_cell(row))]
    if row.why and row.state is not TeamState.LINKED:
        lines.append(Note(row.why))
    if row.looked_at is None:
        lines.append(Note(Styled(_("As stored here; GroupMe was not asked since."), Tone.MUTED)))
    else:
        by = _(" by {account}'s account").format(account=row.account) if row.account else ""
        lines.append(
            Note(Styled(_("Seen {when}{by}.").format(when=short_time(row.looked_at, zone, now), by=by), Tone.MUTED))
        )
    return lines


def _group(row: "ChatRow", seen: "TeamPlan | None", zone: tzinfo, now: datetime) -> list[SectionLine]:
    lines: list[SectionLine] = [Fact(_("name"), row.group or Styled(_("not seen yet"), Tone.MUTED))]
    group = None if seen is None else seen.group
    if group is not None and group.max_members is not None and row.members is not None:
        lines.append(
            Fact(
                _("members"),
                _("{members} of at most {max_members}").format(members=row.members, max_members=group.max_members),
            )
        )
    elif row.members is not None:
        lines.append(Fact(_("members"), str(row.members)))
    if group is not None:
        lines.append(Fact(_("joining"), _joining(group)))
    lines.append(Fact(_("link"), status(Tone.WARN, _("none")) if row.link is None else row.link))
    if row.linked_at is not None:
        lines.append(Fact(_("since"), short_time(row.linked_at, zone, now)))
    return lines


def _joining(group: "Group") -> Styled:
    if group.requires_approval:
        return status(Tone.GOOD, _("must be approved"))
    if group.requires_approval is None:
        return Styled(_("GroupMe does not say"), Tone.MUTED)
    return status(Tone.WARN, _("open to anyone who has the link"))


def _candidates(seen: "TeamPlan", zone: tzinfo, now: datetime) -> tuple[SectionLine, ...]:
    lines: list[SectionLine] = []
    for one in seen.candidates:
        lines += [Note(Styled(one.group.name, Tone.STRONG)), Note(Styled(group_words(one.group, one.mine, zone, now)))]
    return tuple(lines)


def group_words(group: "Group", mine: bool, zone: tzinfo, now: datetime) -> str:
    """What helps to tell groups of one name apart."""
    parts = [_("made by you") if mine else _("made by someone else")]
    if group.created_at is not None:
        parts.append(short_time(group.created_at, zone, now))
    if group.members_count is not None:
        parts.append(counted(group.members_count, "member"))
    return " · ".join([*parts, group.id])


def group_choices(team_id: int, reading: "Reading | None", zone: tzinfo, now: datetime) -> tuple[GroupChoice, ...]:
    """The groups that a team may be linked with: those of a like name first, then all others that are no team's."""
    if reading is None:
        return ()
    from bball_tui.groupme.plan.matching import fold

    me = reading.seen.me.id
    seen = reading.team(team_id)
    likely = () if seen is None else tuple(one.group for one in seen.candidates)
    ids = {group.id for group in likely}
    rest = (group for group in reading.free_groups() if group.id not in ids)
    return tuple(
        GroupChoice(
            group.id,
            group.name,
            group_words(group, group.creator_user_id == me, zone, now),
            fold(group.name),
            likely=group.id in ids,
        )
        for group in (*likely, *rest)
    )


def _names(names: tuple[str, ...]) -> tuple[SectionLine, ...]:
    lines = [Note(name) for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        lines.append(Note(Styled(_("and {names} more").format(names=len(names) - MOST_NAMES), Tone.MUTED)))
    return tuple(lines)


def _joined(detail: "ChatDetail", seen: "TeamPlan | None") -> tuple[SectionLine, ...]:
    from bball_tui.groupme.plan.membership import who_joined

    if seen is None or seen.group is None or seen.group.members is None:
        return (Note(Styled(_("Not known: {key} reads GroupMe.").format(key=key_of("chat.read")), Tone.MUTED)),)
    joined = who_joined(detail.households, seen.group.members)
    return tuple(_joined_lines(joined))


def _joined_lines(joined: "Joined") -> list[SectionLine]:
    lines: list[SectionLine] = [
        Note(
            Styled(
                _(
                    "{seen} of {familys} by name. GroupMe shows only names that people chose, so others may be "
                    "there too."
                ).format(seen=joined.seen, familys=counted(len(joined.families), "family", "families")),
                Tone.MUTED,
            )
        )
    ]
    for player, guardians in joined.families[:MOST_NAMES]:
        found = status(Tone.GOOD, _(" and ").join(guardians)) if guardians else Styled(_("not seen"), Tone.MUTED)
        lines.append(Fact(player, found))
    if joined.others:
        lines.append(Note(Styled(_("Also in the group: ") + ", ".join(joined.others[:MOST_NAMES]), Tone.MUTED)))
    return lines
