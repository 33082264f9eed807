"""The difference between a roster and the database: what is new, changed, unchanged and refused."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import ContractStatus
from bball_tui.language import _
from bball_tui.league.importing.answers import NO_ANSWERS, Answers, Open
from bball_tui.league.importing.corrections import LINK_WORDS, Conflict
from bball_tui.league.importing.diff_model import (
    ChangedLink,
    Diff,
    FieldChange,
    NewLink,
    Returned,
    RowDiff,
    Take,
    Verdict,
)
from bball_tui.league.importing.duplicates import Duplicate, Neighbors, load_neighbors, possible_duplicates
from bball_tui.league.importing.existing import Existing, load_existing
from bball_tui.league.importing.match_guardians import Family, Households, Kin, match_guardians
from bball_tui.league.importing.match_players import Players
from bball_tui.league.importing.match_teams import LeftOpen, Refusal
from bball_tui.league.importing.others_addresses import others_addresses
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.roster.guardian import LinkValues
from bball_tui.league.rules.freeze import move_findings
from bball_tui.league.rules.team_check import TeamMove
from bball_tui.league.values.shown import shown


async def compute_diff(
    session: AsyncSession,
    league_id: int,
    season_name: str,
    roster: Roster,
    *,
    contract_status: ContractStatus = ContractStatus.OFFERED,
    take_file: Take = False,
    answers: Answers = NO_ANSWERS,
    due_on: date | None = None,
) -> Diff:
    """Compare the usable rows of ``roster`` with the season; reads only.

    ``contract_status`` (draft or offered) is what a new contract begins with; contracts that exist keep theirs. A
    season that does not exist yet is part of the difference. Where staff said something else than the file, staff's
    word stays, but for the rows of ``take_file``. What rows leave open counts as ``answers`` say it; the others of them
    are refused. The work does not block the event loop.
    """
    existing = await load_existing(session, league_id, season_name, roster)
    asked: tuple[Problem, ...] = ()
    while True:
        out = frozenset(one.row for one in asked)
        diff, families, kin = await asyncio.to_thread(
            _compare, league_id, season_name, roster, contract_status, take_file, answers, existing, out
        )
        if not (more := await others_addresses(session, league_id, existing, diff, families, kin)):
            break
        asked = (*asked, *more)
    if asked:
        left = tuple((one.row, Open.ADDRESS) for one in asked)
        diff = replace(diff, refused=tuple(sorted((*diff.refused, *asked))), open=tuple(sorted((*diff.open, *left))))
    neighbors = await load_neighbors(session, league_id, existing, families)
    diff = await asyncio.to_thread(_with_rows, diff, families, existing, neighbors)
    moves = [TeamMove(one.player_id, one.player, one.before, one.team, one.after) for one in diff.contracts.moved]
    if not moves or diff.season_id is None:
        return replace(diff, due_on=due_on)
    frozen = await move_findings(session, league_id, diff.season_id, moves)
    told = {one.row: found.text for one, found in zip(diff.contracts.moved, frozen, strict=False)}
    rows = tuple(msgspec.structs.replace(row, frozen=told[row.row]) if row.row in told else row for row in diff.rows)
    return replace(diff, due_on=due_on, frozen=frozen, rows=rows)


def _compare(
    league_id: int,
    season_name: str,
    roster: Roster,
    contract_status: ContractStatus,
    take_file: Take,
    answers: Answers,
    existing: Existing,
    out: frozenset[int],
) -> tuple[Diff, list[Family], tuple[tuple[Kin, ...], ...]]:
    """The difference without the rows ``out`` and but for its own rows; those that it takes, each with its player, and
    their guardians.
    """

    def take(row: int) -> bool:
        return take_file if isinstance(take_file, bool) else row in take_file

    players = Players(existing, roster, contract_status, take, answers)
    families: list[Family] = []
    refused: list[Problem] = []
    left_open: list[tuple[int, Open]] = []
    for row in roster.rows:
        if row.number in out:
            players.hold_back(row)
            continue
        try:
            families.append(Family(row, players.accept(row)))
        except Refusal as refusal:
            who = shown(f"{row.first} {row.last}"), shown(row.team)
            refused.append(Problem(row.number, refusal.column, shown(refusal.value), str(refusal), *who))
            if isinstance(refusal, LeftOpen):
                left_open.append((row.number, Open.CHILD))
    households = match_guardians(existing, families, take)
    new_links, changed_links, conflicts = _links(existing, families, households, take)
    relinked = frozenset(
        player
        for player in [*(link.player for link in new_links), *(link.player_id for link in changed_links)]
        if player > 0
    )
    returned = players.returned()
    if existing.season_archived and existing.season_id is not None and families:
        returned = (Returned(families[0].row.number, "season", existing.season_id), *returned)
    relinked |= {one.id for one in returned if one.entity == "player"}
    relinked -= players.changed_ids()
    diff = Diff(
        league_id=league_id,
        season=season_name,
        season_id=existing.season_id,
        contract_status=contract_status,
        roster=roster,
        teams=players.teams().entities(),
        players=players.entities(relinked),
        guardians=households.entities,
        new_links=tuple(new_links),
        changed_links=tuple(changed_links),
        contracts=players.contracts(),
        returned=returned,
        relinked=relinked,
        conflicts=tuple(sorted((*players.conflicts, *households.conflicts, *conflicts), key=lambda one: one.row)),
        take_file=take_file,
        refused=tuple(refused),
        open=tuple(left_open),
        answers=answers,
        notes=tuple(players.notes),
    )
    return diff, families, households.kin


def _links(
    existing: Existing, families: Sequence[Family], households: Households, take: Callable[[int], bool]
) -> tuple[list[NewLink], list[ChangedLink], list[Conflict]]:
    guardians = {guardian.id: guardian.values for guardian in existing.guardians}
    conflicts: list[Conflict] = []
    new: list[NewLink] = []
    changed: list[ChangedLink] = []
    for family, kin in zip(families, households.kin, strict=True):
        stored = {link.guardian_id: link for link in existing.links.get(family.player, ())}
        position = max((link.position for link in stored.values()), default=0)
        for one in kin:
            link = stored.get(one.guardian)
            if link is None:
                if said := existing.removed.get((family.player, one.guardian)):
                    who, number = f"{family.row.first} {family.row.last}", family.row.number
                    file = guardians[one.guardian].label()
                    ours = _("not {labels}").format(labels=file)
                    conflicts.append(Conflict(number, who, "guardian", file, ours, said, taken=take(number)))
                    if not take(number):
                        continue
                position += 1
                new.append(NewLink(family.player, one.guardian, position, one.values(LinkValues())))
            elif (after := one.values(link.values)) != link.values:
                number = family.row.number
                for field, said in existing.linked.get((family.player, one.guardian), {}).items():
                    file, ours = getattr(after, field), getattr(link.values, field)
                    if file == ours:
                        continue
                    who = _("{labels}, guardian of {first} {last}").format(
                        labels=guardians[one.guardian].label(), first=family.row.first, last=family.row.last
                    )
                    texts = ["yes" if value is True else "no" if value is False else value for value in (file, ours)]
                    conflicts.append(
                        Conflict(number, who, LINK_WORDS[field], texts[0], texts[1], said, taken=take(number))
                    )
                    if not take(number):
                        after = msgspec.structs.replace(after, **{field: ours})
                if after == link.values:
                    continue
                changed.append(ChangedLink(number, family.player, one.guardian, link.values, after))
    return new, changed, conflicts


def _with_rows(diff: Diff, families: Sequence[Family], existing: Existing, neighbors: Neighbors) -> Diff:
    """``diff`` with its preview, row by row."""
    changes: dict[int, list[FieldChange]] = defaultdict(list)
    for back in diff.returned:
        changes[back.row].append(back.change())
    for player in diff.players.changed:
        changes[player.row].extend(player.changes())
    for team in diff.teams.changed:
        changes[team.row].extend(team.changes())
    for guardian in diff.guardians.changed:
        changes[guardian.row].extend(guardian.changes())
    for moved in diff.contracts.moved:
        changes[moved.row].append(FieldChange("team", moved.before, moved.after))
    for link in diff.changed_links:
        changes[link.row].extend(link.changes())
    rows_of = {family.player: family.row.number for family in families}
    guardians = {guardian.id: guardian.values for guardian in existing.guardians}
    for new_link in diff.new_links:
        if new_link.player > 0:
            ref = new_link.guardian
            who = guardians[ref] if ref > 0 else diff.guardians.new[-1 - ref].values
            changes[rows_of[new_link.player]].append(FieldChange("guardian", "", who.label()))
    for contract in diff.contracts.new:
        if contract.player > 0:
            changes[rows_of[contract.player]].append(FieldChange("contract", "", str(contract.status)))
    rows = []
    nobody = Duplicate("")
    duplicates = possible_duplicates(existing, families, neighbors)
    for family in families:
        row = family.row
        own = tuple(changes.get(row.number, ()))
        verdict = Verdict.NEW if family.player < 0 else Verdict.CHANGED if own else Verdict.UNCHANGED
        maybe = duplicates.get(row.number, nobody)
        rows.append(
            RowDiff(
                row.number,
                row.player.label(),
                row.team,
                verdict,
                own,
                duplicate=maybe.sentence,
                in_file=maybe.in_file,
            )
        )
    return replace(diff, rows=tuple(rows))
