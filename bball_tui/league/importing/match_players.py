"""Which player a row means, and what becomes of the contract.

A player is the name (case- and accent-blind) and the date of birth. Where the file or the database lacks the date,
a player of that name counts as the same when the team of the season is the same. Twins have different names;
namesakes have different dates or teams. Whether somebody of that name with another date, whose parents can be reached
the same way or who plays in the same team, is another child, only a person can say.
"""

from collections.abc import Callable

import msgspec

from bball_tui.database.states import LIVE_STATUSES, ContractStatus
from bball_tui.language import _
from bball_tui.league.importing.answers import Answers
from bball_tui.league.importing.corrections import Conflict, MergedIn
from bball_tui.league.importing.diff_model import (
    Changed,
    Contracts,
    Entities,
    MovedContract,
    New,
    NewContract,
    Ref,
    Returned,
    new_ref,
)
from bball_tui.league.importing.existing import Existing, KnownContract, KnownPlayer, contacts
from bball_tui.league.importing.match_teams import LeftOpen, Refusal, TeamMatch, Teams
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.roster.player import LISTED, PlayerValues, completed
from bball_tui.wording import short_date


class Players:
    """Finds the players of one roster and decides on their contracts, row by row."""

    def __init__(
        self,
        existing: Existing,
        roster: Roster,
        status: ContractStatus,
        take: Callable[[int], bool],
        answers: Answers,
    ) -> None:
        self._existing = existing
        self._answers = answers
        self._take = take
        self.conflicts: list[Conflict] = []
        self._status = status
        self._roster = roster
        self._teams = Teams(existing, roster)
        self._team_names = {team.id: team.values.label() for team in existing.teams}
        self._earlier: dict[str, tuple[RosterRow, ...]] = {}
        # Anyone who a row names exactly is nobody whom a row without the date can mean.
        self._taken = {
            player.id
            for row in roster.rows
            if row.birthdate is not None or row.player_id
            for player in existing.players.get(existing.key_of(row.player), ())
            if player.values.birthdate == row.birthdate and (row.birthdate is not None or player.id == row.player_id)
        }
        self._named: dict[int, RosterRow] = {}
        self._new: list[New[PlayerValues]] = []
        self._changed: list[Changed[PlayerValues]] = []
        self._unchanged: list[int] = []
        self._returned: list[Returned] = []
        self._new_contracts: list[NewContract] = []
        self._moved: list[MovedContract] = []
        self._kept_contracts = 0
        self.notes: list[str] = []

    def accept(self, row: RosterRow) -> Ref:
        """Match one row and note what it does.

        Raises:
            Refusal: it names a player for a second time, several players of the database could be meant, or the
                player has signed for another team.
            LeftOpen: only a person can say whether it is a player of the database.
        """
        key = self._existing.key_of(row.player)
        team = self._teams.find(row) if row.team else None
        self._refuse_second(row, key, team)
        try:
            known = self._find(row, key, team)
        except LeftOpen:
            self.hold_back(row)
            raise
        if known is not None and known.id in self._named:
            raise self._twice(row, self._named[known.id], known)  # by the name of now and by that of before
        if team is None:
            self._earlier[key] = (*self._earlier.get(key, ()), row)
            return self._note_player(row, known)
        contracts = self._existing.contracts.get(known.id, []) if known is not None else []
        live = next((contract for contract in contracts if contract.status in LIVE_STATUSES), None)
        moves = live is not None and (team.known is None or live.team_id != team.known.id)
        said = self._existing.moved.get(live.id) if live is not None and moves else None
        stays = said is not None and not self._take(row.number)
        if live is not None and moves and not stays and live.status is ContractStatus.SIGNED:
            signed_for = _("has signed for {team} in this season.").format(team=self._team_names[live.team_id])
            merge = None if known is None else _merge_of(known, row, key)
            if known is None or merge is None:
                said_so = _("{row} {signed_for} Void that contract first, or correct the team.").format(
                    row=_label(row), signed_for=signed_for
                )
            else:
                said_so = _(
                    "{by} merged {merge} into {values}, who {signed_for} Void that contract first, correct "
                    "the team, or {take_back}."
                ).format(
                    by=merge.by,
                    merge=merge.name,
                    values=known.values.label(),
                    signed_for=signed_for,
                    take_back=_take_back(merge),
                )
            raise Refusal(self._roster.team_column, row.team, said_so)
        # From here on the row is accepted.
        self._earlier[key] = (*self._earlier.get(key, ()), row)
        # No team is made for a row that stays in another one.
        team_ref = self._teams.use(team, row) if not stays or team.known is not None else 0
        player = self._note_player(row, known)
        if live is not None and said is not None:
            ours = self._team_names[live.team_id]
            self.conflicts.append(Conflict(row.number, _label(row), "team", row.team, ours, said, taken=not stays))
        if stays:
            self._kept_contracts += 1
        elif live is not None and moves:
            before = self._team_names[live.team_id]
            moved = MovedContract(
                row.number, live.id, player, _label(row), live.version, team_ref, live.team_id, before, row.team
            )
            self._moved.append(moved)
        elif contracts:
            self._keep(row, contracts, live)
        else:
            status = ContractStatus.DRAFT if row.draft else self._status
            self._new_contracts.append(NewContract(player, team_ref, status))
        return player

    def hold_back(self, row: RosterRow) -> None:
        """A person is asked about ``row`` first; until then no other row brings its player."""
        key = self._existing.key_of(row.player)
        self._earlier[key] = (*self._earlier.get(key, ()), row)

    def _refuse_second(self, row: RosterRow, key: str, team: TeamMatch | None) -> None:
        for earlier in self._earlier.get(key, ()):
            if row.player_id and earlier.player_id and row.player_id != earlier.player_id:
                continue  # namesakes, as the export says that the file comes from
            same_date = row.birthdate is not None and earlier.birthdate == row.birthdate
            date_missing = row.birthdate is None or earlier.birthdate is None
            if same_date or (date_missing and self._same_team(earlier, team)):
                raise self._twice(row, earlier)

    def _same_team(self, row: RosterRow, team: TeamMatch | None) -> bool:
        if team is None or not row.team:
            return team is None and not row.team
        return self._teams.find(row).key == team.key

    def _twice(self, row: RosterRow, earlier: RosterRow, known: KnownPlayer | None = None) -> Refusal:
        for one in () if known is None else (row, earlier):
            if (
                known is not None
                and (merge := _merge_of(known, one, self._existing.person_key(one.first, one.last))) is not None
            ):
                sentence = _(
                    "Rows {earlier_number} and {row_number} are one player now: {by} merged {merge} into "
                    "{values}. Delete row {one_number}, or {take_back}."
                ).format(
                    earlier_number=earlier.number,
                    row_number=row.number,
                    by=merge.by,
                    merge=merge.name,
                    values=known.values.label(),
                    one_number=one.number,
                    take_back=_take_back(merge),
                )
                return Refusal(self._roster.name_column, _label(row), sentence)
        if (row.team, row.division) == (earlier.team, earlier.division):
            sentence = _(
                "Rows {earlier_number} and {row_number} are the same player. Delete one of them; "
                "guardians belong in one row, side by side."
            ).format(earlier_number=earlier.number, row_number=row.number)
        else:
            sentence = _(
                "Rows {earlier_number} and {row_number} put the same player into two teams. Delete one "
                "of them; a player has one contract a season."
            ).format(earlier_number=earlier.number, row_number=row.number)
        return Refusal(self._roster.name_column, _label(row), sentence)

    def _find(self, row: RosterRow, key: str, team: TeamMatch | None) -> KnownPlayer | None:
        namesakes = self._existing.players.get(key, [])
        for player in namesakes:
            if player.id == row.player_id and row.birthdate == player.values.birthdate:
                return player
            if any(one.gone_id == row.player_id for one in player.history.merged):
                return player
        if row.birthdate is not None:
            same = [player for player in namesakes if player.values.birthdate == row.birthdate]
            if len(same) > 1:
                same = [player for player in same if player.id in self._existing.contracts] or same
            if len(same) > 1:
                raise Refusal(
                    self._roster.name_column,
                    _label(row),
                    _(
                        "The league has {number} players with this name and date of birth, so it is not clear "
                        "who is meant. Change the name or date of the one that is wrong."
                    ).format(number=len(same)),
                )
            # The date that staff corrected is no other child's.
            same = same or [player for player in namesakes if row.birthdate.isoformat() in player.history.birthdates]
            if len(same) == 1:
                return same[0]
        likely = [
            player
            for player in namesakes
            if (row.birthdate is None or player.values.birthdate is None)
            and player.id not in self._taken
            and self._plays(player, team)
        ]
        if len(likely) > 1:
            raise Refusal(
                self._roster.name_column,
                _label(row),
                _("{number} players of this team have this name. Add the date of birth to say who is meant.").format(
                    number=len(likely)
                ),
            )
        return likely[0] if likely else self._maybe(row, namesakes, team)

    def _maybe(self, row: RosterRow, namesakes: list[KnownPlayer], team: TeamMatch | None) -> KnownPlayer | None:
        """The namesake with another date of birth whom somebody said the row to be."""
        if row.number in self._answers.others:
            return None
        free = [player for player in namesakes if player.id not in self._taken]
        reached = contacts((cell.email, cell.phone) for cell in row.guardians)
        kin = [player for player in free if reached & self._existing.contacts.get(player.id, frozenset())]
        mates = [player for player in free if team is not None and self._plays(player, team)]
        found = kin or mates
        if not found:
            return None
        if row.number in self._answers.same and len(found) == 1:
            return found[0]
        who = " / ".join(described(player.values) for player in found)
        day = _("no birthdate") if row.birthdate is None else short_date(row.birthdate)
        why = (
            _("The file says {day}; an e-mail or phone of the parents is the same.")
            if kin
            else _("The file says {day}; the team is the same.")
        ).format(day=day)
        if row.number in self._answers.same:
            sentence = _("It is not clear who is meant: {who}. Correct the date of birth of the right one first.")
            raise Refusal(self._roster.name_column, _label(row), sentence.format(who=who))
        raise LeftOpen(
            "",
            "",
            _(
                "Is this {who}? {why} Say --same-child {row} if only the birthdate was corrected, or --new-child {row} "
                "if it is another child."
            ).format(who=who, why=why, row=row.number),
        )

    def _plays(self, player: KnownPlayer, team: TeamMatch | None) -> bool:
        """Whether the player has a contract with the team; with None, whether there is no live one at all."""
        contracts = self._existing.contracts.get(player.id, [])
        if team is None:
            return not any(contract.status in LIVE_STATUSES for contract in contracts)
        return team.known is not None and any(contract.team_id == team.known.id for contract in contracts)

    def _note_player(self, row: RosterRow, known: KnownPlayer | None) -> Ref:
        if known is None:
            self._new.append(New(row.number, row.player))
            return new_ref(len(self._new) - 1)
        self._taken.add(known.id)
        if known.archived:
            self._returned.append(Returned(row.number, "player", known.id))
        self._named[known.id] = row
        # An empty cell says nothing; it never empties a field.
        if row.player == known.values:
            self._unchanged.append(known.id)
            return known.id
        after = self._settled(row, known, completed(row.player, known.values))
        if after == known.values:
            self._unchanged.append(known.id)
        else:
            self._changed.append(Changed(row.number, known.id, known.version, known.values, after))
        return known.id

    def _settled(self, row: RosterRow, known: KnownPlayer, file: PlayerValues) -> PlayerValues:
        """What the player gets of the file's values; where they contradict staff, that is noted."""
        kept = {}
        for field in LISTED:
            ours, theirs = getattr(known.values, field.name), getattr(file, field.name)
            said = known.history.said.get(field.name)
            if ours == theirs or said is None:
                continue
            taken = self._take(row.number)
            file_text, staff_text = ("" if value is None else str(value) for value in (theirs, ours))
            word = field.spoken or field.words
            self.conflicts.append(Conflict(row.number, known.values.label(), word, file_text, staff_text, said, taken))
            if not taken:
                kept[field.name] = ours
        return msgspec.structs.replace(file, **kept)

    def _keep(self, row: RosterRow, contracts: list[KnownContract], live: KnownContract | None) -> None:
        self._kept_contracts += 1
        if live is None:
            # Offering again is for people to decide, not for a file that was exported before the answer came.
            status = contracts[-1].status
            self.notes.append(
                _("Row {row_number}: the contract of {row} is {status} and stays so; no new one is made.").format(
                    row_number=row.number, row=_label(row), status=_(status)
                )
            )

    def teams(self) -> Teams:
        """The teams that accepted rows used."""
        return self._teams

    def entities(self, relinked: frozenset[int]) -> Entities[PlayerValues]:
        """What becomes of the players; ``relinked`` are those whose guardians change."""
        return Entities(
            tuple(self._new), tuple(self._changed), sum(player not in relinked for player in self._unchanged)
        )

    def changed_ids(self) -> frozenset[int]:
        """Players whose own fields change."""
        return frozenset(player.id for player in self._changed)

    def returned(self) -> tuple[Returned, ...]:
        """The players, and the teams, that are brought back."""
        return (*self._returned, *self._teams.returned())

    def contracts(self) -> Contracts:
        """What becomes of the contracts."""
        return Contracts(tuple(self._new_contracts), tuple(self._moved), self._kept_contracts)


def described(values: PlayerValues) -> str:
    """Name and date of birth."""
    born = "" if values.birthdate is None else _(", born {birthdate}").format(birthdate=short_date(values.birthdate))
    return f"{values.label()}{born}"


def _merge_of(known: KnownPlayer, row: RosterRow, key: str) -> MergedIn | None:
    """The merge by which the player whom the row names (folded: ``key``) became the ``known`` one.

    None: the row names the one who stays.
    A name of both is that of the one who stays, unless the date of birth is another one.
    """
    stays = known.values
    if _label(row).casefold() == stays.label().casefold() and row.birthdate in (None, stays.birthdate):
        return None
    return next((one for one in known.history.merged if one.key == key), None)


def _take_back(merge: MergedIn) -> str:
    return _("take the merge back first (players unmerge {gone_id})").format(gone_id=merge.gone_id)


def _label(row: RosterRow) -> str:
    return f"{row.first} {row.last}"
