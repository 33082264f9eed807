"""Between the dialogs of two who are one, which know no database, and its services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.league.merging.candidates import find_players, guardian_candidates
from bball_tui.league.merging.merge import Merged, MergeRequest, merge_people, preview_merge
from bball_tui.league.merging.people import Person, list_merges
from bball_tui.league.merging.unmerge import unmerge_people
from bball_tui.league.merging.words import effect_words, merged_words, unmerged_words
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.find_player import FindPlayer
from bball_tui.tui.dialogs.merge_people import MergePeople
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]


async def merge_two(app: "Host", connection: "LeagueConnection", kind: Person, kept: int, gone: int) -> bool:
    """Show both side by side, and merge them. Call it from a worker. True: they are one."""
    while True:
        try:
            seen = await connection.call(preview_merge, kind, kept, gone)
        except BballError as error:
            await app.push_screen_wait(ErrorDialog(str(error), title="Can't merge these"))
            return False
        request = (kind, seen.kept, seen.gone)

        async def merge(choices: Mapping[str, bool], request: Any = request) -> Merged:
            what, one, other = request
            asked = MergeRequest(what, one.id, other.id, choices, one.version, other.version)
            return await connection.call(merge_people, asked)

        answer = await app.push_screen_wait(MergePeople(seen, effect_words(seen), merge))
        if isinstance(answer, Merged):
            app.notify(clean(" ".join(merged_words(answer))), timeout=10, markup=False)
            return True
        if answer is None:
            return False
        kept, gone = gone, kept


async def merge_players(app: "Host", connection: "LeagueConnection", players: Sequence[int], name: str) -> bool:
    """Merge two players, or one (called ``name``) with another who is looked for."""
    kept = players[0]
    if len(players) > 1:
        return await merge_two(app, connection, Person.PLAYER, kept, players[1])
    season = connection.season_id
    gone = await app.push_screen_wait(
        FindPlayer(f"Who is the same as {name}?", lambda text: connection.call(find_players, text, season, kept))
    )
    return gone is not None and await merge_two(app, connection, Person.PLAYER, kept, gone)


async def merge_guardian(app: "Host", connection: "LeagueConnection", guardian_id: int, name: str) -> bool:
    """Merge a guardian with another one of the same name, address, phone or child."""
    found = await connection.call(guardian_candidates, guardian_id)
    if not found:
        raise BballError(f"No other guardian has {name}'s name, address or phone, or a child in common.")
    chosen = await app.push_screen_wait(
        ChooseOne(f"Who is the same as {name}?", [(str(one.id), f"{one.name}: {one.about}") for one in found])
    )
    return chosen is not None and await merge_two(app, connection, Person.GUARDIAN, guardian_id, int(chosen))


async def take_merge_back(app: "Host", connection: "LeagueConnection", kind: Person, stays: int, name: str) -> bool:
    """Take a merge into ``stays`` back; of several the latest, unless another one is chosen."""
    merges = await connection.call(list_merges, kind, stays=stays)
    if not merges:
        raise BballError(f"No one was merged into {name}, so there is nothing to take back.")
    gone, label = merges[0].gone_id, merges[0].name
    if len(merges) > 1:
        chosen = await app.push_screen_wait(
            ChooseOne(f"Merged into {name}", [(str(one.gone_id), f"{one.name}, by {one.by}") for one in merges])
        )
        if chosen is None:
            return False
        gone = int(chosen)
        label = next(one.name for one in merges if one.gone_id == gone)
    lines = [
        f"{label} is there again, with all that was moved to {name}.",
        f"What came after the merge stays with {name}.",
    ]
    if not await app.push_screen_wait(Confirm("Take the merge back?", lines, "Take back")):
        return False
    done = await connection.call(unmerge_people, kind, gone)
    app.notify(clean(" ".join(unmerged_words(done))), timeout=10, markup=False)
    return True
