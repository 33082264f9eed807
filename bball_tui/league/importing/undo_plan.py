"""What taking an import back would do, and what stays as it is and why. Pure.

What the import made goes, unless somebody did something to it since, signed it, or was told of it. What it changed is
as it was before, field by field, unless somebody changed that field since.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from bball_tui.database.states import OPEN_STATUSES
from bball_tui.language import _
from bball_tui.league.fields import columns_of
from bball_tui.league.importing.imports import Made, RosterImport
from bball_tui.league.importing.undo_facts import Facts, Mail
from bball_tui.league.roster.guardian import FIELDS as GUARDIAN_FIELDS
from bball_tui.league.roster.guardian import LINK
from bball_tui.league.roster.player import FIELDS as PLAYER_FIELDS
from bball_tui.outbox.staff_actions import CANCELLABLE

_SAID = {field.name: field.said for field in (*PLAYER_FIELDS, *GUARDIAN_FIELDS)} | {"division": "division"}


class Kept(Struct, frozen=True):
    """What stays though the import made or changed it: whose it is, and why."""

    name: str
    why: str

    @property
    def sentence(self) -> str:
        """Both together."""
        return f"{self.name}: {self.why}"


class Left(Struct, frozen=True):
    """Of what the import made, how many teams, players, guardians and contracts."""

    teams: int = 0
    players: int = 0
    guardians: int = 0
    contracts: int = 0


class Restored(Struct, frozen=True):
    """A team, player or guardian whose ``before`` counts again: columns and values as the audit keeps them."""

    entity: str
    id: int
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]


class Relinked(Struct, frozen=True):
    """What a guardian is to a player: as before, or (``before`` None) nothing anymore."""

    player_id: int
    guardian_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


class MovedBack(Struct, frozen=True):
    """A contract that goes back to the team it was in."""

    contract_id: int
    version: int
    team_id: int
    team: str
    was: str


class ImportUndo(Struct, frozen=True):
    """The effect of taking one import back. Ids of what goes; ``kept`` stays, by name and with the reason."""

    id: int
    file: str
    at: datetime
    by: str
    season: str
    season_id: int | None
    """The season, if the import made it and it goes too."""
    teams: tuple[int, ...]
    players: tuple[int, ...]
    guardians: tuple[int, ...]
    contracts: tuple[int, ...]
    restored: tuple[Restored, ...]
    relinked: tuple[Relinked, ...]
    moved: tuple[MovedBack, ...]
    withdrawn: tuple[int, ...]
    """Mails that have not left and are canceled."""
    again: tuple[int, ...]
    """Mails that the import canceled, and that wait again."""
    stays: Left
    """What it made and what is there afterwards as well: named in ``kept``, or held by something that is."""
    missing: Left
    """What it made and what somebody deleted or merged since."""
    kept: tuple[Kept, ...]

    @property
    def does_something(self) -> bool:
        """Whether anything would be taken back at all."""
        gone = (self.teams, self.players, self.guardians, self.contracts)
        return any(gone) or bool(self.restored or self.relinked or self.moved or self.season_id)


def plan_undo(one: RosterImport, made: Made, facts: Facts) -> ImportUndo:
    """Decide about everything that the import made and changed."""
    return _Planner(one, made, facts).plan()


class _Planner:
    def __init__(self, one: RosterImport, made: Made, facts: Facts) -> None:
        self._one, self._made, self._facts = one, made, facts
        self._kept: list[Kept] = []
        self._mails: dict[int, list[Mail]] = {}
        for mail in facts.mails:
            self._mails.setdefault(mail.contract_id, []).append(mail)

    def plan(self) -> ImportUndo:
        contracts = tuple(one for one in self._made.contracts if self._contract_goes(one))
        moved = tuple(self._moves(contracts))
        players = tuple(one for one in self._made.players if self._player_goes(one, contracts))
        relinked = tuple(self._links(players))
        restored = tuple(self._restores(players))
        guardians = tuple(one for one in self._made.guardians if self._guardian_goes(one, players, relinked))
        teams = tuple(one for one in self._made.teams if self._team_goes(one, contracts, moved))
        made, facts = self._made, self._facts
        lists = (
            (made.teams, facts.teams, teams),
            (made.players, facts.players, players),
            (made.guardians, facts.guardians, guardians),
            (made.contracts, facts.contracts, contracts),
        )
        return ImportUndo(
            id=self._one.id,
            file=self._one.name,
            at=self._one.at,
            by=self._one.by,
            season=self._one.season,
            season_id=self._season(contracts, teams),
            teams=teams,
            players=players,
            guardians=guardians,
            contracts=contracts,
            restored=restored,
            relinked=relinked,
            moved=moved,
            withdrawn=tuple(
                mail.id
                for contract in (*contracts, *(one.contract_id for one in moved))
                for mail in self._mails.get(contract, ())
                if mail.state in CANCELLABLE
            ),
            again=tuple(
                mail.id for one in moved for mail in self._mails.get(one.contract_id, ()) if mail.cancelled_then
            ),
            stays=Left(*(len(set(ids) & rows.keys() - set(going)) for ids, rows, going in lists)),
            missing=Left(*(len(set(ids) - rows.keys()) for ids, rows, _going in lists)),
            kept=tuple(self._kept),
        )

    def _keep(self, name: str, why: str) -> bool:
        self._kept.append(Kept(name, why))
        return False

    def _contract_goes(self, contract_id: int) -> bool:
        contract = self._facts.contracts.get(contract_id)
        if contract is None:
            return False  # somebody removed it already
        name = _("{player}'s contract").format(player=self._player(contract.player_id))
        if contract_id in self._facts.signed:
            return self._keep(name, _("has been signed since, and stays"))
        if told := [mail.recipient for mail in self._mails.get(contract_id, ()) if mail.told]:
            return self._keep(name, _("an e-mail about it went to {told}, or may have; it stays").format(told=told[0]))
        if touch := self._facts.touched.get(("contract", contract_id)):
            return self._keep(name, _("{by} changed it since, and it stays").format(by=touch.by))
        return True

    def _moves(self, going: Iterable[int]) -> Iterable[MovedBack]:
        for entry in self._facts.changes:
            contract = self._facts.contracts.get(entry.entity_id)
            if entry.action != "moved" or contract is None or contract.id in going:
                continue
            name, was = _("{player}'s contract").format(player=self._player(contract.player_id)), entry.before["team"]
            now = self._facts.teams.get(contract.team_id)
            here = _("another team") if now is None else now.name
            if contract.team_id != entry.after["team_id"]:
                if contract.team_id != entry.before["team_id"]:
                    why = _("it was with {was}, the import moved it to {team}, and it is with {here} since").format(
                        was=was, team=entry.after["team"], here=here
                    )
                    self._keep(name, why)
            elif entry.before["team_id"] in self._facts.removed_teams:
                self._keep(name, _("stays with {here}: the team {was} is gone").format(here=here, was=was))
            elif contract.status not in OPEN_STATUSES:
                self._keep(
                    name,
                    _("stays with {here} (before: {was}): it is {status} by now").format(
                        here=here, was=was, status=_(contract.status)
                    ),
                )
            elif told := [one.recipient for one in self._mails.get(contract.id, ()) if one.told and one.since]:
                self._keep(
                    name,
                    _("stays with {here} (before: {was}): {told} was told since, or may have been").format(
                        here=here, was=was, told=told[0]
                    ),
                )
            else:
                yield MovedBack(contract.id, contract.version, entry.before["team_id"], entry.after["team"], was)

    def _player_goes(self, player_id: int, going: Iterable[int]) -> bool:
        facts = self._facts
        if player_id not in facts.players:
            return False
        name = self._player(player_id)
        gone = set(going)
        left = [one for one in facts.contracts.values() if one.player_id == player_id and one.id not in gone]
        if left:
            if any(one.id not in self._made.contracts for one in left):
                return self._keep(name, _("has another contract by now, and stays"))
            return False  # the contract's own line says why
        if touch := facts.touched.get(("player", player_id)):
            if touch.is_note:
                why = _("{by} noted something about the player since, who stays, with the guardians")
            else:
                why = _("{by} changed the player since, who stays, with the guardians")
            return self._keep(name, why.format(by=touch.by))
        return True

    def _restores(self, players: Iterable[int]) -> Iterable[Restored]:
        rows = {"team": self._facts.teams, "player": self._facts.players, "guardian": self._facts.guardians}
        for entry in self._facts.changes:
            if entry.action != "changed" or "guardian_id" in entry.after:
                continue
            row = rows[entry.entity].get(entry.entity_id)
            if row is None or (entry.entity == "player" and entry.entity_id in players):
                continue
            before: dict[str, str | None] = {}
            name = row.name if entry.entity == "team" else f"{row.first_name} {row.last_name}"
            for field, written in entry.after.items():
                if field not in (entry.before or {}):
                    continue  # erased since, on a family's word
                now, was = _plain(getattr(row, field)), entry.before[field]
                if now == was:
                    continue
                if now != written:
                    why = _("it was {was}, the import made it {written}, and it is {now} since").format(
                        was=_shown(was), written=_shown(written), now=_shown(now)
                    )
                    self._keep(f"{name}, {_SAID.get(field, field)}", why)
                elif field == "email" and (told := self._written_to(written)):
                    why = _(
                        "stays {written} (before: {was}), since an e-mail about {told} went there, or may have"
                    ).format(written=written, was=_shown(was), told=told)
                    self._keep(_("{name}, e-mail").format(name=name), why)
                elif entry.entity == "team" and self._taken(row, was):
                    self._keep(
                        _("{name}, division").format(name=name),
                        _("stays {now}: there is another {name} in {was}").format(
                            now=_shown(now), name=name, was=_shown(was)
                        ),
                    )
                else:
                    before[field] = was
            if before:
                yield Restored(entry.entity, entry.entity_id, before, {one: entry.after[one] for one in before})

    def _written_to(self, address: str | None) -> str | None:
        """About whom somebody was written to at this address since."""
        for mail in self._facts.mails:
            if mail.told and mail.since and address and mail.recipient.lower() == address.lower():
                return self._player(self._facts.contracts[mail.contract_id].player_id)
        return None

    def _taken(self, team: Any, division: str | None) -> bool:
        return any(
            one.id != team.id
            and (one.season_id, one.name_key, one.division) == (team.season_id, team.name_key, division)
            for one in self._facts.teams.values()
        )

    def _links(self, players: Iterable[int]) -> Iterable[Relinked]:
        gone = set(players)
        for entry in self._facts.changes:
            if entry.entity != "player" or "guardian_id" not in entry.after or entry.entity_id in gone:
                continue
            pair = (entry.entity_id, entry.after["guardian_id"])
            link, guardian = self._facts.links.get(pair), self._facts.guardians.get(pair[1])
            if link is None or guardian is None:
                continue
            name = _("{first_name} {last_name}, guardian of {player}").format(
                first_name=guardian.first_name, last_name=guardian.last_name, player=self._player(pair[0])
            )
            now = columns_of(LINK, link)
            added = entry.action == "guardian_added"
            written = {field: entry.after[field] for field in now if field in entry.after}
            was = None if added else {field: entry.before[field] for field in written}
            if now == was:
                continue
            if now != written:
                self._keep(name, _("was changed since, and stays as it is now"))
            elif added and pair in self._facts.signed_by:
                self._keep(name, _("signed since, and stays"))
            elif added and guardian.email and self._told_about(pair[0], guardian.email):
                self._keep(name, _("an e-mail went to {email} since, or may have; stays").format(email=guardian.email))
            else:
                yield Relinked(*pair, was, written)

    def _told_about(self, player_id: int, address: str) -> bool:
        return any(
            mail.told and mail.since and mail.recipient.lower() == address.lower()
            for mail in self._facts.mails
            if self._facts.contracts[mail.contract_id].player_id == player_id
        )

    def _guardian_goes(self, guardian_id: int, players: Iterable[int], relinked: Iterable[Relinked]) -> bool:
        row = self._facts.guardians.get(guardian_id)
        if row is None:
            return False
        gone, unlinked = set(players), {(one.player_id, one.guardian_id) for one in relinked if one.before is None}
        left = [
            pair
            for pair in self._facts.links
            if pair[1] == guardian_id and pair[0] not in gone and pair not in unlinked
        ]
        if left:
            return False  # the player's own line says why
        if touch := self._facts.touched.get(("guardian", guardian_id)):
            if touch.is_note:
                why = _("{by} noted something about the guardian since, who stays")
            else:
                why = _("{by} changed the guardian since, who stays")
            return self._keep(f"{row.first_name} {row.last_name}", why.format(by=touch.by))
        return not any(guardian == guardian_id for _, guardian in self._facts.signed_by)

    def _team_goes(self, team_id: int, going: Iterable[int], moved: Iterable[MovedBack]) -> bool:
        team = self._facts.teams.get(team_id)
        if team is None:
            return False
        left = {one.id for one in self._facts.contracts.values() if one.team_id == team_id}
        left -= set(going) | {one.contract_id for one in moved}
        if left:
            return self._keep(_("{team} (team)").format(team=team.name), _("someone is in it, and it stays"))
        if team.groupme_group_id is not None:
            return self._keep(_("{team} (team)").format(team=team.name), _("has a team chat, and stays"))
        if touch := self._facts.touched.get(("team", team_id)):
            return self._keep(
                _("{team} (team)").format(team=team.name), _("{by} changed it since, and it stays").format(by=touch.by)
            )
        return True

    def _season(self, contracts: Iterable[int], teams: Iterable[int]) -> int | None:
        season_id = self._made.season
        if season_id is None:
            return None
        gone, gone_teams = set(contracts), set(teams)
        name = _("{season} (season)").format(season=self._one.season)
        if any(one.season_id == season_id and one.id not in gone for one in self._facts.contracts.values()) or any(
            one.season_id == season_id and one.id not in gone_teams for one in self._facts.teams.values()
        ):
            self._keep(name, _("something is in it, and it stays"))
            return None
        if self._facts.season_chosen:
            self._keep(name, _("is the season that the league shows, and stays"))
            return None
        if touch := self._facts.touched.get(("season", season_id)):
            self._keep(name, _("{by} changed it since, and it stays").format(by=touch.by))
            return None
        return season_id

    def _player(self, player_id: int) -> str:
        row = self._facts.players[player_id]
        return f"{row.first_name} {row.last_name}"


def _plain(value: object) -> str | None:
    """As the audit keeps it."""
    return None if value is None else str(value)


def _shown(value: str | None) -> str:
    return value or "empty"
