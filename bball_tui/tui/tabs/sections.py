"""A record whole, as the sections of the inspector."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from bball_tui.database.states import ContractStatus, SigningMethod
from bball_tui.language import _, retold
from bball_tui.mail.kinds import kind_label
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.tabs.cells import status_cell
from bball_tui.tui.text import short_time
from bball_tui.tui.theme import Styled, Tone, status
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine, TimelineEntry
from bball_tui.wording import called_now, counted, or_hidden, short_date

if TYPE_CHECKING:
    from bball_tui.league.families_to_ask import FamilyToAsk
    from bball_tui.league.roster.family import GuardianView
    from bball_tui.league.roster.notes import NoteFacts, NoteView
    from bball_tui.league.timeline.read import ContractDetail, PlayerDetail, PlayerView, SignatureView, TeamDetail
    from bball_tui.outbox.timeline import ItemTimeline
    from bball_tui.tui.connection import LeagueConnection

ASK_THE_FAMILY = ("failed", "bounced", "in_doubt")
"""What became of a mail about which the family has to be asked: its number stands before what happened."""
LONGEST_ASKED = 6
"""Families that Today names beside what needs a person."""
LATEST_NOTES = 3
"""Notes that the panel shows apart from the history."""
LONGEST_ROSTER = 40
"""Names of a team that the panel lists; the Contracts tab shows the rest."""


def contract_sections(detail: "ContractDetail", zone: tzinfo, now: datetime) -> tuple[Section, ...]:
    """The player, who answers for the player, and the story up to what is next."""
    today = now.astimezone(zone).date()
    return (
        Section(_heading(detail.player), (*_also(detail.player), *_contract_facts(detail, today))),
        *_signature(detail, zone, now),
        Section(_("Guardians"), _guardians(detail.guardians)),
        *note_sections(detail.notes, zone, now),
        _story(detail, zone, now),
    )


def _signature(detail: "ContractDetail", zone: tzinfo, now: datetime) -> tuple[Section, ...]:
    """The signature in force, or the last one with a title that says so."""
    signature = detail.signature or detail.past_signature
    if signature is None:
        return ()
    title = _("Signature") if detail.signature is not None else _("Signature (canceled)")
    before = tuple(Section(_("Before it was corrected"), _evidence(one, zone, now)) for one in detail.superseded)
    return (Section(title, (*_evidence(signature, zone, now), *_papers(detail, zone, now))), *before)


def _papers(detail: "ContractDetail", zone: tzinfo, now: datetime) -> Iterator[SectionLine]:
    """The scans, or that one is missing; an e-signature has no paper."""
    for scan in detail.scans:
        size = _("{value:,} KB").format(value=max(1, scan.size // 1024))
        when = _moment(scan.recorded_at, None, zone, now)
        yield Fact(
            _("scan"),
            _("{name}, {size}, attached {when} by {recorded_by}").format(
                name=scan.name, size=size, when=when, recorded_by=scan.recorded_by
            ),
        )
    if not detail.scans and detail.signature is not None and detail.signature.method != SigningMethod.E_SIGN:
        yield Fact(_("scan"), Styled(_("none attached"), Tone.MUTED))


def _story(detail: "ContractDetail", zone: tzinfo, now: datetime, title: str = _("History")) -> Section:
    """From the offer to what the mail server said, and what is next."""
    told = (
        TimelineEntry(_moment(event.at, event.on, zone, now), event.text, event.who or "") for event in detail.trace
    )
    return Section(title, (*told, TimelineEntry(_("next"), Styled(with_keys(detail.next), Tone.STRONG))))


def _contract_facts(detail: "ContractDetail", today: date) -> tuple[SectionLine, ...]:
    facts: list[SectionLine] = [Note(Styled(_place(detail.team, detail.division, detail.player), Tone.MUTED))]
    facts.append(Fact(_("contract"), status_cell(detail.status)))
    if detail.due_on is not None and detail.status in (ContractStatus.OFFERED, ContractStatus.ACCEPTED):
        late = detail.due_on < today
        day = short_date(detail.due_on, today)
        facts.append(Fact(_("due"), status(Tone.WARN, _("{day}, overdue").format(day=day)) if late else day))
    if detail.status_reason:
        facts.append(Fact(_("reason"), retold(detail.status_reason)))
    if detail.chat_url is None:
        facts.append(Fact(_("team chat"), status(Tone.WARN, _("no link yet"))))
    return tuple(facts)


def _evidence(signature: "SignatureView", zone: tzinfo, now: datetime) -> tuple[SectionLine, ...]:
    """Who signed, how, when, and who says so."""
    today = now.astimezone(zone).date()
    facts = [
        Fact(_("signed by"), f"{signature.signer} ({_(str(signature.capacity).replace('_', ' '))})"),
        Fact(_("signed on"), f"{short_date(signature.signed_on, today)}, {_(str(signature.method).replace('_', '-'))}"),
        Fact(
            _("recorded"),
            _("{moment} by {recorded_by}").format(
                moment=_moment(signature.received_at, None, zone, now), recorded_by=signature.recorded_by
            ),
        ),
    ]
    if signature.note:
        facts.append(Fact(_("note"), signature.note))
    if signature.correction_reason:
        facts.append(Fact(_("corrected"), signature.correction_reason))
    return tuple(facts)


def player_sections(detail: "PlayerDetail", zone: tzinfo, now: datetime) -> tuple[Section, ...]:
    """The player, the guardians, and the contracts of all seasons."""
    today = now.astimezone(zone).date()
    contracts: list[SectionLine] = [
        Fact(row.season, Styled(f"{row.team}: {status_cell(row.status).text}", status_cell(row.status).tone))
        for row in detail.contracts
    ]
    one = detail.latest
    latest = (
        ()
        if one is None
        else (*_signature(one, zone, now), _story(one, zone, now, _("History with {team}").format(team=one.team)))
    )
    return (
        Section(
            _heading(detail.player), (Note(Styled(_birth(detail.player, today), Tone.MUTED)), *_also(detail.player))
        ),
        Section(_("Guardians"), _guardians(detail.guardians)),
        *note_sections(detail.notes, zone, now),
        Section(_("Contracts"), tuple(contracts) or (Note(_("No contract yet.")),)),
        *latest,
    )


def _also(player: "PlayerView") -> tuple[Note, ...]:
    """Whoever looks for the name of before hears why this one is found."""
    return (
        (Note(Styled(_("also {also}, merged into this player").format(also=player.also), Tone.MUTED)),)
        if player.also
        else ()
    )


def team_sections(detail: "TeamDetail") -> tuple[Section, ...]:
    """The team, its chat, and who has signed."""
    team = detail.team
    chat = {
        "linked": status(Tone.GOOD, _("linked")),
        "gone": status(Tone.BAD, _("not found when GroupMe was last read: its join button may lead nowhere")),
        "none": status(Tone.WARN, _("no link yet: e-mails go without it")),
    }[team.chat]
    roster: list[SectionLine] = [
        Fact(f"#{row.jersey}" if row.jersey else "–", Styled(called_now(f"{row.first} {row.last}"), _tone(row.status)))
        for row in detail.contracts[:LONGEST_ROSTER]
    ]
    if len(detail.contracts) > LONGEST_ROSTER:
        roster.append(
            Note(Styled(_("and {contracts} more").format(contracts=len(detail.contracts) - LONGEST_ROSTER), Tone.MUTED))
        )
    facts: list[SectionLine] = [
        Fact(_("signed"), _("{signed} of {players}").format(signed=team.signed, players=team.players)),
        Fact(_("chat"), chat),
    ]
    if team.division:
        facts.insert(0, Fact(_("division"), team.division))
    rules = tuple(Note(status(Tone.BAD if one.refused else Tone.WARN, one.text)) for one in detail.findings)
    return (
        Section(team.name, (Note(Styled(team.season, Tone.MUTED)), *facts)),
        *((Section(_("Against the rules"), rules),) if rules else ()),
        Section(_("Players (bold: not signed yet)"), tuple(roster) or (Note(_("No one yet.")),)),
    )


def mail_sections(
    timeline: "ItemTimeline", family: "NoteFacts | None", zone: tzinfo, now: datetime
) -> tuple[Section, ...]:
    """One mail: to whom, what happened, what is next, and the ``family`` with its numbers, whom one can ask.

    None: it is about no contract.
    """
    item = timeline.item
    facts: list[SectionLine] = [Note(Styled(" · ".join(filter(None, (called_now(item.about), item.team))), Tone.MUTED))]
    if timeline.mail is not None:
        facts.append(Fact(_("subject"), timeline.mail.subject))
    facts.append(
        Fact(
            _("tries"), _("{attempts} of {max_attempts}").format(attempts=item.attempts, max_attempts=item.max_attempts)
        )
    )
    if item.error_text:
        facts.append(Fact(_("answer"), Styled(retold(item.error_text), Tone.WARN)))
    heading = Section(
        _("{kind_label} e-mail to {recipient}").format(
            kind_label=kind_label(item.kind).capitalize(), recipient=item.recipient
        ),
        tuple(facts),
    )
    happened = Section(
        _("What happened"),
        tuple(TimelineEntry(_moment(event.at, None, zone, now, event.clock), event.text) for event in timeline.events),
    )
    following = Section(_("What is next"), (Note(Styled(with_keys(timeline.next), Tone.STRONG)),))
    if family is None:
        return (heading, happened, following)
    asked = (Section(_("The family"), _guardians(family.guardians)), *note_sections(family.notes, zone, now))
    if item.bucket in ASK_THE_FAMILY:
        return (heading, following, *asked, happened)
    return (heading, happened, following, *asked)


async def sections_of_mail(
    connection: "LeagueConnection", outbox_id: int, zone: tzinfo, now: datetime
) -> tuple[Section, ...]:
    """Read one mail and whom to ask about it."""
    from bball_tui.league.roster.notes import note_facts_of
    from bball_tui.outbox.timeline import item_timeline

    timeline = await connection.call(item_timeline, outbox_id, connection.outgoing)
    contract_id = timeline.item.contract_id
    family = None if contract_id is None else await connection.call(note_facts_of, contract_id)
    return mail_sections(timeline, family, zone, now)


def _tone(value: ContractStatus) -> Tone:
    return Tone.MUTED if value is ContractStatus.SIGNED else Tone.STRONG


def _heading(player: "PlayerView") -> str:
    return called_now(f"{player.first} {player.last}") + (f"  #{player.jersey}" if player.jersey else "")


def _birth(player: "PlayerView", today: date) -> str:
    if player.birthdate is None:
        return _("birthdate hidden for your role") if player.birthdate_hidden else _("birthdate unknown")
    years = "" if player.age is None else f" ({player.age})"
    return _("born {day}{years}").format(day=short_date(player.birthdate, today), years=years)


def _place(team: str, division: str, player: "PlayerView") -> str:
    unknown = _("birthdate hidden for your role") if player.birthdate_hidden else ""
    born = (
        unknown
        if player.birthdate is None
        else _("born {day} ({age})").format(day=short_date(player.birthdate), age=player.age)
    )
    return " · ".join(part for part in (team, division, born) if part)


def _guardians(guardians: "tuple[GuardianView, ...]") -> tuple[SectionLine, ...]:
    from bball_tui.league.roster.guardian import FLAGS  # here, for the first paint

    lines: list[SectionLine] = []
    for one in guardians:
        marks = " ".join(field.mark if getattr(one, field.name) else " " for field in FLAGS)
        home = "" if one.household == 1 else _(" ({ordinal} home)").format(ordinal=_ordinal(one.household))
        lines.append(Fact(_(one.relation), f"{marks} {called_now(f'{one.first} {one.last}')}{home}"))
        if one.came_back:
            lines.append(Fact("", status(Tone.BAD, _("{email}: the last e-mail came back").format(email=one.email))))
        elif one.suppressed:
            lines.append(Fact("", status(Tone.WARN, _("{email}: gets no more e-mail").format(email=one.email))))
        elif one.email:
            lines.append(Fact("", Styled(one.email, Tone.MUTED)))
        else:
            lines.append(Fact("", status(Tone.WARN, _("no e-mail address"))))
        if one.phone:
            lines.append(Fact("", Styled(one.phone, Tone.MUTED)))
        elif one.phone_hidden:
            lines.append(Fact("", Styled(_("phone hidden for your role"), Tone.MUTED)))
    return tuple(lines) or (Note(status(Tone.WARN, _("no one: no e-mail can be sent"))),)


def note_sections(notes: "Sequence[NoteView]", zone: tzinfo, now: datetime) -> tuple[Section, ...]:
    """What the family said last, and what is still to be asked; nothing where nobody wrote anything."""
    from bball_tui.league.timeline.words import note_words

    counting = [one for one in notes if one.struck_at is None]
    shown = [one for place, one in enumerate(counting) if place < LATEST_NOTES or one.open]
    if not shown:
        return ()
    today = now.astimezone(zone).date()
    lines: list[SectionLine] = []
    for one in shown:
        lines.append(TimelineEntry(_moment(one.at, None, zone, now), note_words(one), one.by))
        if one.open and one.follow_up is not None:
            late = one.follow_up <= today
            lines.append(
                Fact(_("ask again"), Styled(short_date(one.follow_up, today), Tone.WARN if late else Tone.STRONG))
            )
    if len(counting) > len(shown):
        more = counted(len(counting) - len(shown), "more in the history", "more in the history")
        lines.append(Note(Styled(more, Tone.MUTED)))
    return (Section(_("Notes and calls"), tuple(lines)),)


def asked_sections(families: "Sequence[FamilyToAsk]") -> tuple[Section, ...]:
    """Whom to ask, at which number; a number that is not known is a dash."""
    if not families:
        return ()
    lines: list[SectionLine] = []
    for one in families[:LONGEST_ASKED]:
        lines.append(Note(Styled(f"{one.player}: {one.recipient}" if one.recipient else one.player, Tone.STRONG)))
        # The number is never cut: it stands in a line of its own, and not where labels do.
        lines += [
            Note(f"{or_hidden(callee.phone, callee.phone_hidden, '–')}  {callee.name} ({_(callee.relation)})")
            for callee in one.callees
        ]
        if not one.callees:
            lines.append(Note(status(Tone.WARN, _("no guardian"))))
    if len(families) > LONGEST_ASKED:
        lines.append(Note(Styled(_("and more: Enter lists them"), Tone.MUTED)))
    return (Section(_("Whom to ask"), tuple(lines)),)


async def family_sections(
    connection: "LeagueConnection", player_id: int, zone: tzinfo, now: datetime
) -> tuple[Section, ...]:
    """The guardians of a player with their numbers, and what they said last."""
    from bball_tui.league.roster.notes import note_facts

    facts = await connection.call(note_facts, player_id)
    return (Section(_("The family"), _guardians(facts.guardians)), *note_sections(facts.notes, zone, now))


def _ordinal(number: int) -> str:
    return {2: _("2nd"), 3: _("3rd")}.get(number, _("{number}th").format(number=number))


def _moment(at: datetime | None, day: date | None, zone: tzinfo, now: datetime, clock: str | None = None) -> str:
    today = now.astimezone(zone).date()
    if at is not None:
        return clock if clock and at.astimezone(zone).date() == today else short_time(at, zone, now)
    return "" if day is None else short_date(day, today)
