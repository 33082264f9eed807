"""What a merge would do and did, in sentences. Pure."""

from msgspec import Struct

from bball_tui.language import _, plural
from bball_tui.league.merging.merge import Merged, MergePreview
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import Unmerged
from bball_tui.wording import counted, listed


class EffectLine(Struct, frozen=True):
    """One sentence on what a merge would do."""

    sentence: str
    warns: bool = False
    """It speaks against the merge, or tells of what cannot be meant."""


def effect_words(effect: MergePreview) -> list[EffectLine]:
    """What would happen; where something stands in the way, only that."""
    if effect.obstacle is not None:
        return [EffectLine(effect.obstacle)]
    kept, gone = effect.kept.name, effect.gone.name
    merged = _("{gone} ({kind} {id}) would be merged into {kept} ({kind} {id_2}).").format(
        gone=gone, kind=_(effect.kind), id=effect.gone.id, kept=kept, id_2=effect.kept.id
    )
    warnings = [EffectLine(one, warns=True) for one in effect.warnings]
    return [EffectLine(merged), *warnings, *map(EffectLine, _moves(effect, kept, gone))]


def _moves(effect: MergePreview, kept: str, gone: str) -> list[str]:
    """What would be moved, and what becomes of the e-mails."""
    numbers = [
        (number, one)
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
    things = [counted(number, one) for number, one in numbers]
    amount = sum(number for number, _one in numbers)
    moved = listed(things) if things else _("nothing else")
    lines = [
        plural("{moved} of {gone} would then be {kept}'s.", "{moved} of {gone} would then be {kept}'s.", amount).format(
            moved=moved, gone=gone, kept=kept
        )
        if things
        else _("{gone} has nothing else to move.").format(gone=gone)
    ]
    if effect.shared_links:
        lines.append(
            _("{words} with both: e-mail goes there if either says so; only who may sign with both may sign.").format(
                words=_("One of these is")
                if effect.shared_links == 1
                else _("{shared_links} of these are").format(shared_links=effect.shared_links)
            )
        )
    if effect.unsent:
        lines.append(
            _("{e_mail} of what becomes void would be canceled before leaving.").format(
                e_mail=counted(effect.unsent, "e-mail")
            )
        )
    if effect.told:
        verb = plural("has an e-mail", "have e-mails", len(effect.told))
        lines.append(
            _("{told} {verb} about what becomes void; no other e-mail goes out about that.").format(
                told=listed(effect.told), verb=verb
            )
        )
    return lines


def merged_words(done: Merged) -> list[str]:
    """What happened."""
    lines = [
        _("{gone} ({kind} {gone_id}) is now {kept} ({kind} {kept_id}).").format(
            gone=done.gone, kind=_(done.kind), gone_id=done.gone_id, kept=done.kept, kept_id=done.kept_id
        )
    ]
    if done.ended:
        lines.append(
            _("{contracts} became void").format(contracts=counted(len(done.ended), "contract"))
            + (
                _(", and {e_mail} canceled.").format(e_mail=counted(len(done.cancelled), "e-mail"))
                if done.cancelled
                else "."
            )
        )
    lines += [
        _("{address} hasn't been sent the welcome e-mail for {player}.").format(address=one.address, player=one.player)
        for one in done.unpromised
    ]
    return [*lines, *done.notes]


def unmerged_words(done: Unmerged) -> list[str]:
    """What happened."""
    return [
        _("{gone} is {kind} {gone_id} again, with all that was moved. What came later stays.").format(
            gone=done.gone, kind=_(done.kind), gone_id=done.gone_id
        ),
        *taken_back_words(done),
    ]


def taken_back_words(done: Unmerged) -> list[str]:
    """What becomes of contracts and e-mails, before and after it is done."""
    lines: list[str] = []
    if done.restored:
        wait = "waits" if len(done.promised) == 1 else "wait"
        lines.append(
            _("{contracts} {value} what {words} before the merge").format(
                contracts=counted(len(done.restored), "contract"),
                value="is" if len(done.restored) == 1 else "are",
                words=plural("it was", "they were", len(done.restored)),
            )
            + (
                _(", and {e_mail} {wait} again.").format(e_mail=counted(len(done.promised), "e-mail"), wait=wait)
                if done.promised
                else "."
            )
        )
    return [*lines, *done.notes]
