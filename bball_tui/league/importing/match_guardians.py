"""Which guardian a cell means: siblings share a guardian, two households stay apart.

A guardian is always matched by name (case- and accent-blind), and further

1. by e-mail address, when the cell has one. Two people who share an address are two guardians, because each is
   greeted, and signs, by name; the outbox sends one mail to the address all the same.
2. by phone number (its digits), when the cell or the stored guardian has no address and the number is one that
   can tell who somebody is (see :mod:`placeholders`).
3. within the family: the guardian of that name whom the stored player has already. So an address or number that is
   new in the file corrects the stored one, and nobody else's.
4. within the household, when the cell is a bare name (or has a number that tells nothing): the guardian of that name
   of a player who shares another guardian with this one.

Anything else is a new guardian. Two cells of one player are never made one person, unless they agree in the name
and nothing speaks against it. An empty cell never empties a stored field.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

import msgspec
from msgspec import Struct

from bball_tui.league.importing.corrections import FIELD_WORDS, FIELDS, Conflict
from bball_tui.league.importing.diff_model import Changed, Entities, New, Ref, new_ref
from bball_tui.league.importing.existing import Existing, KnownGuardian
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow, Stated
from bball_tui.league.roster.guardian import RELATION, GuardianValues, LinkValues
from bball_tui.league.values.placeholders import real_address, real_number


class Family(msgspec.Struct, frozen=True, gc=False):
    """An accepted row and its player."""

    row: RosterRow
    player: Ref


class Kin(msgspec.Struct, frozen=True, gc=False):
    """A guardian of one family."""

    guardian: Ref
    link: Stated = ()

    def values(self, stored: LinkValues) -> LinkValues:
        """``stored``, but for what the file says."""
        return msgspec.structs.replace(stored, **dict(self.link)) if self.link else stored


class Households(Struct, frozen=True):
    """All guardians of a roster, and for each family its own, in the order of the file."""

    entities: Entities[GuardianValues]
    kin: tuple[tuple[Kin, ...], ...]
    conflicts: tuple[Conflict, ...] = ()
    """Where the file contradicts what staff said."""


_Cell: TypeAlias = tuple[int, int, GuardianCell, str]
"""Which family, which of its cells, the cell itself, the folded name."""


class _Person(Struct, eq=False):
    known: KnownGuardian | None = None
    mentions: list[tuple[Family, GuardianCell]] = msgspec.field(default_factory=list)
    """Never empty once placed."""


@lru_cache(maxsize=32_768)
def _number(phone: str) -> str:
    """A phone number without the signs in which two spellings of it differ."""
    return re.sub(r"[^0-9]", "", phone) or phone.casefold()


def _real(phone: str | None) -> str:
    """The number by which somebody is known; empty where there is none."""
    return (real_number(phone) or "") if phone else ""


class _Matcher:
    def __init__(self, existing: Existing, families: Sequence[Family]) -> None:
        self._existing = existing
        self._families = families
        self._guardians = {guardian.id: guardian for guardian in existing.guardians}
        self._known_email: dict[tuple[str, str], list[KnownGuardian]] = defaultdict(list)
        self._known_phone: dict[tuple[str, str], list[KnownGuardian]] = defaultdict(list)
        for guardian in existing.guardians:
            address, number = real_address(guardian.values.email), _real(guardian.values.phone)
            for key in (guardian.name_key, *guardian.former_keys):
                if address:
                    self._known_email[address, key].append(guardian)
                if number:
                    self._known_phone[number, key].append(guardian)
        for guardian in existing.guardians:
            # Behind those who have the address now.
            for address in guardian.history.emails:
                for key in (guardian.name_key, *guardian.former_keys):
                    if real_address(address) and guardian not in self._known_email[address, key]:
                        self._known_email[address, key].append(guardian)
        self._wards: dict[int, list[int]] = defaultdict(list)
        for player, links in existing.links.items():
            for link in links:
                self._wards[link.guardian_id].append(player)
        self._by_known: dict[int, _Person] = {}
        self._placed: list[list[_Person | None]] = [[None] * len(family.row.guardians) for family in families]

    def match(self) -> list[list[_Person | None]]:
        """Strong evidence first, for the whole file, so that no weaker match takes somebody's place."""
        folded = self._existing.folded
        addressed: list[_Cell] = []
        phoned: list[_Cell] = []
        bare: list[_Cell] = []
        for i, family in enumerate(self._families):
            for j, cell in enumerate(family.row.guardians):
                entry = i, j, cell, f"{folded[cell.last]}, {folded[cell.first]}"
                strength = addressed if real_address(cell.email) else phoned if _real(cell.phone) else bare
                strength.append(entry)
        self._place_addressed(addressed)
        if phoned:
            self._place_phoned(phoned, self._phones(addressed, phoned))
        if bare:
            self._place_bare(bare)
        return self._placed

    def _place(self, i: int, j: int, person: _Person) -> None:
        self._placed[i][j] = person
        family = self._families[i]
        person.mentions.append((family, family.row.guardians[j]))

    def _person(self, known: KnownGuardian) -> _Person:
        return self._by_known.setdefault(known.id, _Person(known))

    def _linked(self, player: Ref, key: str) -> list[KnownGuardian]:
        """The stored player's guardians of that name."""
        found = (self._guardians.get(link.guardian_id) for link in self._existing.links.get(player, ()))
        return [guardian for guardian in found if guardian is not None and guardian.is_called(key)]

    def _free(self, guardians: Iterable[KnownGuardian]) -> KnownGuardian | None:
        """The only one of ``guardians`` whom no stronger evidence has taken."""
        free = [guardian for guardian in guardians if guardian.id not in self._by_known]
        return free[0] if len(free) == 1 else None

    def _adopt(self, person: _Person, known: KnownGuardian) -> None:
        person.known = known
        self._by_known[known.id] = person

    def _place_addressed(self, cells: list[_Cell]) -> None:
        fresh: dict[tuple[str, str], _Person] = defaultdict(_Person)
        for i, j, cell, key in cells:
            identity = ((cell.email or "").lower(), key)
            stored = self._known_email.get(identity)
            if stored is None:
                person = fresh[identity]
            elif len(stored) == 1:
                person = self._person(stored[0])
            else:
                linked = {guardian.id for guardian in self._linked(self._families[i].player, key)}
                person = self._person(next((one for one in stored if one.id in linked), stored[0]))
            self._place(i, j, person)
        if self._guardians:
            for (_, key), person in fresh.items():
                known = self._correction(person, key)
                if known is not None:
                    self._adopt(person, known)

    def _phones(self, addressed: list[_Cell], phoned: list[_Cell]) -> dict[tuple[str, str], list[_Person]]:
        """The people with an address, by those of their numbers that cells without an address have, too."""
        by_phone: dict[tuple[str, str], list[_Person]] = {(_real(cell.phone), key): [] for _, _, cell, key in phoned}
        for i, j, cell, key in addressed:
            namesakes = by_phone.get((_real(cell.phone), key))
            person = self._placed[i][j]
            if namesakes is not None and person is not None and person not in namesakes:
                namesakes.append(person)
        return by_phone

    def _correction(self, person: _Person, key: str) -> KnownGuardian | None:
        """The stored guardian who gets ``person``'s address."""
        for _, cell in person.mentions:
            stored = self._known_phone.get((_real(cell.phone), key), [])
            known = self._free(guardian for guardian in stored if guardian.values.email is None)
            if known is not None:
                return known
        for family, _ in person.mentions:
            known = self._free(self._linked(family.player, key))
            if known is not None:
                return known
        return None

    def _place_phoned(self, cells: list[_Cell], by_phone: dict[tuple[str, str], list[_Person]]) -> None:
        fresh: dict[tuple[str, str], _Person] = {}
        for i, j, cell, key in cells:
            identity = (_real(cell.phone), key)
            player = self._families[i].player
            namesakes = by_phone[identity]
            if namesakes:
                # Several people may have the number and the name; those of the same row come first.
                here = [person for person in namesakes if person in self._placed[i]]
                self._place(i, j, (here or namesakes)[0])
                continue
            stored = [guardian for guardian in self._known_phone.get(identity, []) if self._keeps_number(guardian)]
            stored = [guardian for guardian in stored if guardian.values.email is None] or stored
            if stored:
                linked = {guardian.id for guardian in self._linked(player, key)}
                self._place(i, j, self._person(next((one for one in stored if one.id in linked), stored[0])))
                continue
            person = fresh.setdefault(identity, _Person())
            self._place(i, j, person)
            known = self._free(self._linked(player, key)) if person.known is None else None
            if known is not None:
                self._adopt(person, known)

    def _keeps_number(self, guardian: KnownGuardian) -> bool:
        """False when a cell has given the guardian another number."""
        person = self._by_known.get(guardian.id)
        if person is None or guardian.values.phone is None:
            return True
        numbers = [_number(cell.phone) for _, cell in person.mentions if cell.phone]
        return not numbers or numbers[0] == _number(guardian.values.phone)

    def _place_bare(self, cells: list[_Cell]) -> None:
        # Anyone who is named beside somebody: (that person, own name) -> own person.
        beside: dict[tuple[int, str], _Person] = {}
        for i in range(len(self._families)):
            self._remember(beside, i)
        for i, j, _, key in cells:
            row = [person for person in self._placed[i] if person is not None]
            person = self._bare(i, key, row, beside)
            self._place(i, j, person)
            self._remember(beside, i)

    def _remember(self, beside: dict[tuple[int, str], _Person], i: int) -> None:
        guardians = self._families[i].row.guardians
        if len(guardians) < 2:
            return
        placed = [
            (person, self._existing.person_key(cell.first, cell.last))
            for person, cell in zip(self._placed[i], guardians, strict=True)
            if person is not None
        ]
        for person, key in placed:
            for other, _ in placed:
                if other is not person:
                    beside.setdefault((id(other), key), person)

    def _bare(self, i: int, key: str, row: list[_Person], beside: dict[tuple[int, str], _Person]) -> _Person:
        here = {person.known.id for person in row if person.known is not None}
        linked = [guardian for guardian in self._linked(self._families[i].player, key) if guardian.id not in here]
        if linked:
            return self._person(linked[0])
        for person in row:
            _, cell = person.mentions[0]
            if self._existing.person_key(cell.first, cell.last) == key:
                return person
        shared = {id(found): found for person in row if (found := beside.get((id(person), key))) is not None}
        if len(shared) == 1:
            return next(iter(shared.values()))
        stored = {
            guardian.id: guardian
            for known in here
            for player in self._wards[known]
            for guardian in self._linked(player, key)
        }
        if len(stored) == 1:
            return self._person(next(iter(stored.values())))
        return _Person()


def match_guardians(existing: Existing, families: Sequence[Family], take: Callable[[int], bool]) -> Households:
    """Find or make the guardians of all ``families`` by the rules above.

    ``take`` says of a row whether the file's word counts where staff said another.
    """
    placed = _Matcher(existing, families).match()
    refs: dict[int, Ref] = {}
    new: list[New[GuardianValues]] = []
    changed: list[Changed[GuardianValues]] = []
    unchanged = 0
    kin: list[tuple[Kin, ...]] = []
    conflicts: list[Conflict] = []
    for family, persons in zip(families, placed, strict=True):
        own: dict[Ref, Kin] = {}
        for person, cell in zip(persons, family.row.guardians, strict=True):
            if person is None:
                continue
            if id(person) not in refs:
                number = person.mentions[0][0].row.number
                after = _values(person)
                if person.known is None:
                    refs[id(person)] = new_ref(len(new))
                    new.append(New(number, after))
                else:
                    refs[id(person)] = person.known.id
                    after, against = _settled(person.known, after, number, existing.returned, take(number))
                    conflicts += against
                    if after == person.known.values:
                        unchanged += 1
                    else:
                        changed.append(
                            Changed(number, person.known.id, person.known.version, person.known.values, after)
                        )
            ref = refs[id(person)]
            # Of two cells of one row the one that says what the person is to the child.
            if ref not in own or not any(name == RELATION.name for name, _ in own[ref].link):
                own[ref] = Kin(ref, cell.link)
        kin.append(tuple(own.values()))
    return Households(Entities(tuple(new), tuple(changed), unchanged), tuple(kin), tuple(conflicts))


def _settled(
    known: KnownGuardian, file: GuardianValues, row: int, returned: frozenset[str], take: bool
) -> tuple[GuardianValues, list[Conflict]]:
    """What the guardian gets of the file's values, and where they contradict what staff said."""
    stored = known.values
    if file == stored:
        return file, []
    kept: dict[str, str | None] = {}
    conflicts = []
    for field in FIELDS:
        ours, theirs = getattr(stored, field), getattr(file, field)
        if ours == theirs:
            continue
        back = field == "email" and theirs is not None and theirs.lower() in returned
        said = None if back else known.history.said.get(field)
        if not back and said is None:
            continue
        conflict = Conflict(
            row, stored.label(), FIELD_WORDS[field], theirs or "", ours or "", said, taken=take and not back
        )
        conflicts.append(conflict)
        if not conflict.taken:
            kept[field] = ours
    return msgspec.structs.replace(file, **kept), conflicts


def _values(person: _Person) -> GuardianValues:
    """What the file says of a person; the first cell that says something wins."""
    if len(person.mentions) == 1 and person.known is None:
        only = person.mentions[0][1]
        return GuardianValues(only.first, only.last, only.email or None, only.phone or None, only.language)
    cells = [cell for _, cell in person.mentions]
    email = next((cell.email for cell in cells if cell.email), None)
    phone = next((cell.phone for cell in cells if cell.phone), None)
    if person.known is not None:
        stored = person.known.values
        if email is None or (stored.email is not None and email.lower() == stored.email.lower()):
            email = stored.email
        if phone is None or (stored.phone is not None and _number(phone) == _number(stored.phone)):
            phone = stored.phone
    language = next((cell.language for cell in cells if cell.language), "")
    if person.known is not None:
        language = language or person.known.values.language
    return GuardianValues(cells[0].first, cells[0].last, email, phone, language)
