"""Between the dialogs of two who are one, which know no database, and its services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.merging.lookalikes import Pair, pairs_of_players, tell_apart
from bball_tui.league.merging.lookalikes_of_one import find_players, lookalikes_of_guardian
from bball_tui.league.merging.merge import Merged, MergeRequest, merge_people, preview_merge
from bball_tui.league.merging.people import Person, StandingMerge, list_merges
from bball_tui.league.merging.unmerge import preview_unmerge, unmerge_people
from bball_tui.league.merging.words import effect_words, merged_words, taken_back_words, unmerged_words
from bball_tui.league.undoing.undo_alternatives import Way
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.find_player import FindPlayer
from bball_tui.tui.dialogs.merge_people import MergePeople
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.text import clean
from bball_tui.tui.undo_hints import way_back

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.acts import Act
    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]

MOST_PAIRS = 200
"""Of those who may be the same: when some are dealt with, the next ones come up."""
BACK = _("back ")
"""Begins the key of a merge that can be taken back, among the guardians who may be the same."""


async def merge_two(app: "Host", connection: "LeagueConnection", kind: Person, kept: int, gone: int) -> int | None:
    """Show both side by side, and merge them. Call it from a worker. Who stays; None: they are still two."""
    while True:
        try:
            seen = await connection.call(preview_merge, kind, kept, gone)
        except BballError as error:
            await app.push_screen_wait(ErrorDialog(str(error), title=_("Can't merge these")))
            return None
        request = (kind, seen.kept, seen.gone)

        async def merge(choices: Mapping[str, bool], request: Any = request) -> Merged:
            what, one, other = request
            asked = MergeRequest(what, one.id, other.id, choices, one.version, other.version)
            return await connection.call(merge_people, asked)

        answer = await app.push_screen_wait(MergePeople(seen, effect_words(seen), merge))
        if isinstance(answer, Merged):
            told = f"{clean(' '.join(merged_words(answer)))} {way_back(Way.UNMERGE)}"
            app.notify(told, timeout=10, markup=False)
            return answer.kept_id
        if answer is None:
            return None
        kept, gone = gone, kept


async def merge_players(app: "Host", connection: "LeagueConnection", players: Sequence[int], name: str) -> int | None:
    """Merge two players, or one (called ``name``) with another who is looked for. Who stays; None: nobody merged."""
    kept = players[0]
    if len(players) > 1:
        return await merge_two(app, connection, Person.PLAYER, kept, players[1])
    season = connection.season_id
    gone = await app.push_screen_wait(
        FindPlayer(
            _("Who is the same as {name}?").format(name=name),
            lambda text: connection.call(find_players, text, season, kept),
        )
    )
    return None if gone is None else await merge_two(app, connection, Person.PLAYER, kept, gone)


async def maybe_the_same(app: "Host", connection: "LeagueConnection") -> bool:
    """The pairs of players who may be one: merge them, or remember that they are two. True: something was changed."""
    pairs: tuple[Pair, ...] = ()

    async def load() -> Sequence[Entry]:
        nonlocal pairs
        pairs = (await connection.call(pairs_of_players))[:MOST_PAIRS]
        return [
            Entry(number, f"{pair.one.name} · {pair.other.name}", f"{pair.one.about} · {pair.other.about}")
            for number, pair in enumerate(pairs)
        ]

    async def merge(number: int | None) -> bool:
        if number is None:
            return False
        one, other = pairs[number].one.id, pairs[number].other.id
        return await merge_two(app, connection, Person.PLAYER, one, other) is not None

    async def apart(number: int | None) -> bool:
        if number is None:
            return False
        await connection.call(tell_apart, pairs[number].one.id, [pairs[number].other.id])
        return True

    dialog = PickRecord(
        _("Maybe the same player"),
        load,
        merge,
        empty=_("No two players have the same name, or the same last name and birthdate."),
        extra=(_("Two children"), apart),
        opens=_("Compare"),
        adds="",
    )
    changed: bool = await app.push_screen_wait(dialog)
    return changed


async def merge_guardian(app: "Host", connection: "LeagueConnection", guardian_id: int, name: str) -> bool:
    """Merge a guardian with another one of the same name, address, phone or child, or take such a merge back."""
    found = await connection.call(lookalikes_of_guardian, guardian_id)
    merged = await connection.call(list_merges, Person.GUARDIAN, stays=guardian_id)
    if not found and not merged:
        raise BballError(
            _("No other guardian has {name}'s name, address or phone, or a child in common.").format(name=name)
        )
    options = [(str(one.id), f"{one.name}: {one.about}") for one in found]
    options += [
        (f"{BACK}{one.gone_id}", _("undo: {name}, merged by {by}").format(name=one.name, by=one.by)) for one in merged
    ]
    chosen = await app.push_screen_wait(ChooseOne(_("Who is the same as {name}?").format(name=name), options))
    if chosen is None:
        return False
    if not chosen.startswith(BACK):
        return await merge_two(app, connection, Person.GUARDIAN, guardian_id, int(chosen)) is not None
    one = next(one for one in merged if chosen == f"{BACK}{one.gone_id}")
    return await _take_back(app, connection, one, name)


async def take_merge_back(app: "Host", connection: "LeagueConnection", kind: Person, stays: int, name: str) -> bool:
    """Take a merge into ``stays`` back; of several the latest, unless another one is chosen."""
    merges = await connection.call(list_merges, kind, stays=stays)
    if not merges:
        raise BballError(_("No one was merged into {name}, so there is nothing to take back.").format(name=name))
    one = merges[0]
    if len(merges) > 1:
        chosen = await app.push_screen_wait(
            ChooseOne(
                _("Merged into {name}").format(name=name),
                [(str(one.gone_id), _("{name}, by {by}").format(name=one.name, by=one.by)) for one in merges],
            )
        )
        if chosen is None:
            return False
        one = next(one for one in merges if chosen == str(one.gone_id))
    return await _take_back(app, connection, one, name)


async def take_act_back(app: "Host", connection: "LeagueConnection", act: "Act") -> bool:
    """Take back the merge that ``act`` tells of, as long as it stands."""
    kind, after = Person(act.entity), act.after or {}
    gone = after.get(f"was_{kind}", act.entity_id)
    merge = next(iter(await connection.call(list_merges, kind, gone=gone)), None)
    if merge is None:
        raise BballError(_("This merge was taken back before."))
    name = act.record if gone != act.entity_id else after.get("is_called", "")
    return await _take_back(app, connection, merge, name)


async def _take_back(app: "Host", connection: "LeagueConnection", merge: StandingMerge, name: str) -> bool:
    try:
        effect = await connection.call(preview_unmerge, merge.kind, merge.gone_id)
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("Can't take this back")))
        return False
    lines = [
        _("{name} is there again, with all that was moved to {name_2}.").format(name=merge.name, name_2=name),
        _("What came after the merge stays with {name}.").format(name=name),
        *taken_back_words(effect),
    ]
    if not await app.push_screen_wait(Confirm(_("Take the merge back?"), lines, _("Take back"))):
        return False
    done = await connection.call(unmerge_people, merge.kind, merge.gone_id)
    app.clear_notifications()  # how it goes back is over
    app.notify(clean(" ".join(unmerged_words(done))), timeout=10, markup=False)
    return True
