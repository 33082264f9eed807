"""Which column of a file means what: by its heading (`heading_meanings.py`), or as a person said."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256

from msgspec import Struct, field

from bball_tui.language import _
from bball_tui.league import fields as described
from bball_tui.league.importing.heading_meanings import (
    MOST_COLUMNS,
    Meaning,
    best_preset,
    guardian_part,
    ignores,
    meaning_of,
    recognized,
)
from bball_tui.league.importing.presets import (
    GUARDIAN_TITLES,
    OWN,
    REQUIRED,
    TITLES,
    Field,
    Preset,
    fold_heading,
)
from bball_tui.league.importing.problems import Problem
from bball_tui.league.roster import guardian, player
from bball_tui.league.values.shown import listed, shown

_WHOLE_NAME = re.compile(r"(?P<who>[a-z]*?)s?(?P<n>[0-9]{0,2})(?:full)?name(?P<n2>[0-9]{0,2})")
_PLAYERS = ("", "player", "athlete", "child")
_PERSON = re.compile(r"(?P<who>parentguardian|guardian|parent|mother|m[ou]m|father|dad)s?(?P<n>[0-9]{0,2})(?P<n2>)")
"""Headings that name a person and nothing of theirs: the name is meant."""
_BY_NUMBER = re.compile(r"#([0-9]{1,3})")


class MappedField(Struct, frozen=True):
    """A person's word that ``column`` of the file holds ``field`` ("Team", "Guardian 1 Email").

    ``column`` is the heading as the file spells it, or ``#3`` for the third column, whatever its heading.
    """

    field: str
    column: str


class ColumnMap(Struct, frozen=True):
    """Which columns hold what, and which are left out."""

    fields: tuple[MappedField, ...] = ()
    ignored: tuple[str, ...] = ()


class GuardianColumns(Struct, frozen=True):
    """Where one guardian's block keeps its cells."""

    title: str
    cells: Mapping[str, int]
    """Of the guardian's fields by name, those that the file has."""
    implied_relation: str | None = None

    def of(self, field: described.Field) -> int | None:
        """Where the guardian's ``field`` stands."""
        return self.cells.get(field.name)


class Columns(Struct, frozen=True):
    """Where each thing stands in a row, by index from 0.

    A column that is both the first and the last name of somebody holds whole names, which are to be split.
    """

    preset: Preset
    names: tuple[str, ...]
    """The header's cells, safe to show."""
    team: int | None
    """None only in an export of our own players."""
    player: Mapping[str, int]
    """Of the player's fields by name, those that the file has; those that are needed it always has."""
    division: int | None = None
    season: int | None = None
    non_player: int | None = None
    role: int | None = None
    status: int | None = None
    player_id: int | None = None
    guardians: tuple[GuardianColumns, ...] = ()
    unused: tuple[str, ...] = ()
    """Columns that were recognized, or named by the caller, as not ours."""
    nameless_email: int | None = None
    """A parent's address without a parent's name."""
    unnamed: tuple[int, ...] = ()
    """Columns without a name: their cells must be empty."""

    def of(self, field: described.Field) -> int | None:
        """Where the player's ``field`` stands."""
        return self.player.get(field.name)


class _Block(Struct):
    title: str
    implied_relation: str | None
    cells: dict[str, int] = field(default_factory=dict)


def field_name(meaning: Meaning, guardian: int = 1) -> str:
    """What a person calls ``meaning`` in a mapping, a guardian's being the ``guardian``-th."""
    return str(meaning) if isinstance(meaning, str) else f"Guardian {guardian} {meaning[2]}"


def guessed(header: Sequence[str], columns: ColumnMap | None = None) -> dict[str, int]:
    """The field of each column as far as ``columns`` or the headings say it, for somebody who says the rest."""
    found: dict[str, int] = {}
    folded = [fold_heading(heading) for heading in header]
    for one in () if columns is None else columns.fields:
        by_number = _BY_NUMBER.fullmatch(one.column)
        index = int(by_number[1]) - 1 if by_number else _place(folded, fold_heading(one.column))
        meaning = meaning_of(OWN, one.field)
        if meaning is not None and 0 <= index < len(header):
            found[field_name(meaning, 1 if isinstance(meaning, str) else meaning[1])] = index
    if found:
        return found
    preset = best_preset(header)
    blocks: list[tuple[str, int]] = []
    for index, heading in enumerate(header):
        meaning = meaning_of(preset, heading)
        if meaning is None:
            continue
        if not isinstance(meaning, str) and meaning[:2] not in blocks:
            blocks.append(meaning[:2])
        number = 1 if isinstance(meaning, str) else blocks.index(meaning[:2]) + 1
        found.setdefault(field_name(meaning, number), index)
    return found


def _place(folded: Sequence[str], heading: str) -> int:
    return folded.index(heading) if heading in folded else -1


def chosen_columns(header: Sequence[str], chosen: Mapping[str, int]) -> ColumnMap:
    """A person's choice of one column for each field; all other columns are left out."""
    folded = [fold_heading(heading) for heading in header]

    def name(index: int) -> str:
        # A heading that is empty, or there twice, names no column.
        unique = folded[index] and folded.count(folded[index]) == 1
        return header[index].strip() if unique else f"#{index + 1}"

    others = [index for index in range(len(header)) if index not in chosen.values()]
    return ColumnMap(
        tuple(MappedField(field, name(index)) for field, index in chosen.items()),
        tuple(name(index) for index in others),
    )


def signature(header: Sequence[str]) -> bytes:
    """32 bytes that are the same for all files with these columns: by them, a mapping made by hand is found again."""
    return sha256("|".join(fold_heading(heading) for heading in header).encode()).digest()


def map_columns(
    header: Sequence[str],
    row: int,
    *,
    preset: Preset | None = None,
    ignore: Sequence[str] = (),
    mapping: Sequence[MappedField] = (),
    split_names: bool = False,
) -> Columns | tuple[Problem, ...]:
    """Say what each column of ``header`` (which stands in row ``row``) means, or everything that is wrong with it.

    ``ignore`` names columns that the caller wants left out, as the file or a person spells them. ``mapping`` is a
    person's own word on some columns: it wins over the preset. ``split_names`` takes columns with whole names for
    first and last at once.
    """
    if len(header) > MOST_COLUMNS:
        return (
            Problem(
                row,
                "",
                "",
                _("The first line has {number} columns; a roster has at most {most}.").format(
                    number=len(header), most=MOST_COLUMNS
                ),
            ),
        )
    chosen = preset or best_preset(header)
    if recognized(chosen, header) == 0 and not mapping:
        names = ", ".join(shown(heading.strip()) for heading in header)
        text = _("The first line names none of the columns of a roster. It must name at least {required}.").format(
            required=listed([*REQUIRED], "and")
        )
        return (Problem(row, "", shown(names), text),)
    return _Mapper(chosen, header, row, split_names).map(mapping, ignore)


def has_whole_names(header: Sequence[str], *, preset: Preset | None = None) -> bool:
    """Whether a column seems to hold whole names, so that splitting them is worth an offer."""
    chosen = preset or best_preset(header)
    return any(meaning_of(chosen, heading) is None and _whole_name(chosen, fold_heading(heading)) for heading in header)


def _whole_name(preset: Preset, folded: str) -> tuple[Meaning, Meaning] | None:
    """First and last of whom the whole names are that a column with this folded heading holds, if it does."""
    match = _WHOLE_NAME.fullmatch(folded) or _PERSON.fullmatch(folded)
    if match is None:
        return None
    if match["who"] in _PLAYERS and not (match["n"] or match["n2"]):
        return player.FIRST_NAME.title, player.LAST_NAME.title
    first, last = (
        guardian_part(preset, f"{match['who']}{match['n'] or match['n2']}{part}") for part in ("first", "last")
    )
    return None if first is None or last is None else (first, last)


def named_together(one: str, other: str) -> bool:
    """Whether a person may say of one column that it holds both fields."""
    meanings = meaning_of(OWN, one), meaning_of(OWN, other)
    return meanings[0] is not None and meanings[1] is not None and _whole_of(meanings[0], meanings[1])


def _whole_of(one: Meaning, other: Meaning) -> bool:
    """Whether the two are first and last name of one person: a column that is both holds whole names."""
    if isinstance(one, str) or isinstance(other, str):
        return {one, other} == {player.FIRST_NAME.title, player.LAST_NAME.title}
    return one[:2] == other[:2] and {one[2], other[2]} == {guardian.FIRST_NAME.title, guardian.LAST_NAME.title}


class _Mapper:
    def __init__(self, preset: Preset, header: Sequence[str], row: int, split_names: bool) -> None:
        self._preset = preset
        self._split_names = split_names
        self._whole: dict[int, tuple[Meaning, Meaning]] = {}
        self._header = header
        self._row = row
        self._names = tuple(shown(heading.strip()) for heading in header)
        self._folded = [fold_heading(heading) for heading in header]
        self._problems: list[Problem] = []
        self._places: dict[str, int] = {}
        self._blocks: dict[tuple[str, int], _Block] = {}
        self._seen: dict[Meaning, int] = {}
        self._unused: list[str] = []
        self._unnamed: list[int] = []
        self._nameless: int | None = None

    def map(self, mapping: Sequence[MappedField], ignore: Sequence[str]) -> Columns | tuple[Problem, ...]:
        mapped = self._mapped(mapping)
        away = {index for name in ignore for index in self._named_away(name)}
        taken = {meaning for meanings in mapped.values() for meaning in meanings}
        for index, folded in enumerate(self._folded):
            if index in mapped:
                for meaning in mapped[index]:
                    self._put(index, meaning, mapping=True)
            elif index in away:
                self._unused.append(self._names[index])
            elif not folded:
                self._unnamed.append(index)
            else:
                self._recognize(index, folded, taken)
        for index, parts in self._whole.items():
            self._put_whole(index, parts)
        self._require()
        return tuple(self._problems) if self._problems else self._columns()

    def _mapped(self, mapping: Sequence[MappedField]) -> dict[int, tuple[Meaning, ...]]:
        """The columns that a person named, with what they mean: one thing, or first and last name of somebody."""
        found: dict[int, tuple[Meaning, ...]] = {}
        for one in mapping:
            meaning = meaning_of(OWN, one.field)
            index = self._index(one.column)
            if meaning is None:
                near = get_close_matches(one.field, [*TITLES, "Guardian 1 First", "Guardian 1 Email"], n=1)
                hint = (
                    _(" Did you mean {near}?").format(near=listed(near))
                    if near
                    else _(" Such as “Team” or “Guardian 1 Email”.")
                )
                self._fault(
                    one.field, _("A roster has no field “{field}”.{hint}").format(field=shown(one.field), hint=hint)
                )
            elif index is None:
                text = _("The file has no column “{column}”. Check how its first line spells it.").format(
                    column=shown(one.column)
                )
                self._fault(one.column, text)
            elif any(meaning in meanings for meanings in found.values()) or not _may_mean(
                found.get(index, ()), meaning
            ):
                self._fault(
                    one.column,
                    _("“{field}” or its column is named twice. Name each once.").format(field=shown(one.field)),
                )
            else:
                found[index] = (*found.get(index, ()), meaning)
        return found

    def _index(self, column: str) -> int | None:
        by_number = _BY_NUMBER.fullmatch(column.strip())
        if by_number is not None:
            index = int(by_number[1]) - 1
            return index if 0 <= index < len(self._header) else None
        folded = fold_heading(column)
        return self._folded.index(folded) if folded and folded in self._folded else None

    def _named_away(self, name: str) -> list[int]:
        folded = fold_heading(name)
        indexes = [index for index, heading in enumerate(self._folded) if folded and heading == folded]
        by_number = _BY_NUMBER.fullmatch(name.strip())
        if by_number is not None and (index := self._index(name)) is not None:
            indexes = [index]
        if not indexes:
            text = _(
                "The file has no column “{name}” that could be left out. Check how its first line spells it."
            ).format(name=shown(name))
            self._fault(name, text)
        return indexes

    def _recognize(self, index: int, folded: str, taken: set[Meaning]) -> None:
        meaning = self._preset.fields.get(folded) or guardian_part(self._preset, folded)
        if meaning in taken:
            self._unused.append(self._names[index])
        elif meaning is not None:
            self._put(index, meaning)
        elif ignores(self._preset, folded):
            self._unused.append(self._names[index])
            if folded in self._preset.nameless_email:
                self._nameless = index
        elif (whole := _whole_name(self._preset, folded)) is not None:
            self._whole[index] = whole
        else:
            self._fault(self._names[index], _unknown(self._preset, self._names[index], folded))

    def _put_whole(self, index: int, parts: tuple[Meaning, Meaning]) -> None:
        name = self._names[index]
        if not self._split_names:
            self._fault(name, _WHOLE.format(name=name))
            return
        seen = [part for part in parts if part in self._seen]
        if len(seen) == len(parts) and self._seen[parts[0]] != self._seen[parts[1]]:
            self._unused.append(name)  # the file has both apart as well
        else:
            for part in seen[:1] or parts:
                self._put(index, part)

    def _put(self, index: int, meaning: Meaning, *, mapping: bool = False) -> None:
        if meaning in self._seen:
            first = self._seen[meaning]
            self._fault(self._names[index], _twice(self._names[first], first + 1, index + 1))
            return
        self._seen[meaning] = index
        if isinstance(meaning, str):
            self._places[meaning] = index
            return
        word, number, part = meaning
        block = self._blocks.get((word, number))
        if block is None:
            title = f"{word.title()} {number}" if mapping else _block_title(self._names[index], part)
            implied = {**OWN.guardian_words, **self._preset.guardian_words}[word]
            block = self._blocks[word, number] = _Block(title, implied)
        block.cells[part] = index

    def _require(self) -> None:
        for required in REQUIRED:
            if required in self._places or (required is Field.TEAM and self._preset.own_export):
                continue
            if any(required in parts for parts in self._whole.values()):
                continue  # how to come by it is said already
            text = _("The column “{required}” is missing. Add it, or rename the column that holds it.").format(
                required=required
            )
            self._fault(required, text)

    def _fault(self, column: str, sentence: str) -> None:
        self._problems.append(Problem(self._row, shown(str(column)), "", sentence))

    def _columns(self) -> Columns:
        places = self._places
        return Columns(
            preset=self._preset,
            names=self._names,
            team=places.get(Field.TEAM),
            player={one.name: places[one.title] for one in player.FIELDS if one.title in places},
            division=places.get(Field.DIVISION),
            season=places.get(Field.SEASON),
            non_player=places.get(Field.NON_PLAYER),
            role=places.get(Field.ROLE),
            status=places.get(Field.STATUS),
            player_id=places.get(Field.PLAYER_ID),
            guardians=tuple(_columns_of(block) for block in self._blocks.values()),
            unused=tuple(self._unused),
            nameless_email=self._nameless,
            unnamed=tuple(self._unnamed),
        )


def _may_mean(before: tuple[Meaning, ...], meaning: Meaning) -> bool:
    return not before or (len(before) == 1 and _whole_of(before[0], meaning))


def _columns_of(block: _Block) -> GuardianColumns:
    cells = {one.name: block.cells[one.title] for one in guardian.FILED if one.title in block.cells}
    return GuardianColumns(block.title, cells, block.implied_relation)


def _block_title(name: str, part: str) -> str:
    """ "Guardian 1" out of "Guardian 1 Email": what messages call the block."""
    spelled = [alias for alias, meaning in GUARDIAN_TITLES.items() if meaning == part]
    words = re.split(r"[\s_.\-]+", name)
    while len(words) > 1 and any(fold_heading(words[-1]) in alias for alias in spelled):
        words.pop()
    return " ".join(words)


_WHOLE = _(
    "The column “{name}” holds whole names. Import it with --split-names to split them into "
    "first and last, which the preview shows; or split it into two columns (in a "
    "spreadsheet: “Text to columns”), or leave it out with --ignore-column “{name}”."
)


def _twice(first: str, one: int, other: int) -> str:
    return _(
        "Columns {one} and {other} both mean “{first}”. Remove one of them, or leave one out by "
        "its name with --ignore-column if the names differ."
    ).format(one=one, other=other, first=first)


def _unknown(preset: Preset, name: str, folded: str) -> str:
    number = re.search(r"[0-9]+", folded)
    word = next((word for word in preset.guardian_words if folded.startswith(word)), "guardian")
    guardians = [f"{word.title()} {number[0] if number else 1} {one.title}" for one in guardian.FILED]
    titles = {fold_heading(title): title for title in [*TITLES, *guardians]}
    spelled = titles | {alias: str(meaning) for alias, meaning in preset.fields.items() if alias not in titles}
    near = list(dict.fromkeys(spelled[match] for match in get_close_matches(folded, spelled, n=3, cutoff=0.6)))
    meant = _("Did you mean {near}? Rename it").format(near=listed(near)) if near else _("Rename it")
    return _("The column “{name}” is not known. {meant}, or leave it out with --ignore-column “{name}”.").format(
        name=name, meant=meant
    )
