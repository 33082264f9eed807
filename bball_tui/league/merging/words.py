"""What a merge would do and did, in sentences. Pure."""

from bball_tui.league.merging.merge import Merged, MergePreview
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import Unmerged
from bball_tui.wording import counted, listed


def effect_words(effect: MergePreview) -> list[str]:
    """What would happen; where something stands in the way, only that."""
    if effect.obstacle is not None:
        return [effect.obstacle]
    kept, gone = effect.kept.name, effect.gone.name
    lines = [f"{gone} ({effect.kind} {effect.gone.id}) would be merged into {kept} ({effect.kind} {effect.kept.id})."]
    if effect.told_apart:
        lines.append("Staff said before that these are two different players.")
    things = [
        counted(number, one)
        for number, one in (
            (effect.contracts, "contract"),
            (effect.signatures, "signature"),
            (effect.scans, "scan"),
            (effect.mails, "e-mail"),
            (effect.notes, "note"),
            (effect.links, "guardian" if effect.kind is Person.PLAYER else "player"),
        )
        if number
    ]
    moved = listed(things) if things else "nothing else"
    lines.append(f"{moved} of {gone} would then be {kept}'s." if things else f"{gone} has nothing else to move.")
    if effect.shared_links:
        lines.append(
            f"{'One of these is' if effect.shared_links == 1 else f'{effect.shared_links} of these are'} with both: "
            "e-mail goes there if either says so; only who may sign with both may sign."
        )
    lines += [one.sentence for one in effect.ending]
    if effect.unsent:
        lines.append(f"{counted(effect.unsent, 'e-mail')} of what becomes void would be canceled before leaving.")
    if effect.told:
        verb = "has an e-mail" if len(effect.told) == 1 else "have e-mails"
        lines.append(f"{listed(effect.told)} {verb} about what becomes void; no other e-mail goes out about that.")
    return lines


def merged_words(done: Merged) -> list[str]:
    """What happened."""
    lines = [f"{done.gone} ({done.kind} {done.gone_id}) is now {done.kept} ({done.kind} {done.kept_id})."]
    if done.ended:
        lines.append(
            f"{counted(len(done.ended), 'contract')} became void"
            + (f", and {counted(len(done.cancelled), 'e-mail')} canceled." if done.cancelled else ".")
        )
    lines += [f"{one.address} hasn't been sent the welcome e-mail for {one.player}." for one in done.unpromised]
    return [*lines, *done.notes]


def unmerged_words(done: Unmerged) -> list[str]:
    """What happened."""
    return [
        f"{done.gone} is {done.kind} {done.gone_id} again, with all that was moved. What came later stays.",
        *taken_back_words(done),
    ]


def taken_back_words(done: Unmerged) -> list[str]:
    """What becomes of contracts and e-mails, before and after it is done."""
    lines: list[str] = []
    if done.restored:
        wait = "waits" if len(done.promised) == 1 else "wait"
        lines.append(
            f"{counted(len(done.restored), 'contract')} {'is' if len(done.restored) == 1 else 'are'} what "
            f"{'it was' if len(done.restored) == 1 else 'they were'} before the merge"
            + (f", and {counted(len(done.promised), 'e-mail')} {wait} again." if done.promised else ".")
        )
    return [*lines, *done.notes]
