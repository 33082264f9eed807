"""One field of a guardian by itself: the address, from wherever its absence is noticed."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.guardians import load_guardian, save_guardian
from bball_tui.league.editing.outcome import Saved, Wrong


async def set_address(
    session: AsyncSession, league_id: int, player_id: int, guardian_id: int, address: str, *, anyway: bool = False
) -> Saved:
    """Write the guardian's address and nothing else; mails that never arrived go along. The caller commits.

    Raises:
        OthersAddress: it is another family's, and nobody said to write it ``anyway``.
        BballError: there is no such guardian, it is no address, or it is the one that is there.
    """
    if not address.strip():
        raise BballError(_("Type an e-mail address such as rosa@example.org. Nothing was changed."))
    base = await load_guardian(session, league_id, player_id, guardian_id)
    draft = replace(base.draft, email=address, receives_email=True)
    outcome = await save_guardian(session, league_id, player_id, draft, base=base, anyway=anyway)
    match outcome:
        case Saved(changed=True):
            return outcome
        case Saved():
            raise BballError(_("That is the address that is there already. Type another one, or press Esc."))
        case Wrong(problems):
            raise BballError(" ".join(problem.text for problem in problems))
        case _:
            raise BballError(_("Someone else has just changed this family. Look at it again."))
