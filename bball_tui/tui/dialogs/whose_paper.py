"""Whose paper it is, in lines: team, birthdate, jersey, likely signer, and what tells namesakes apart."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from bball_tui.database.states import WAITING_STATUSES
from bball_tui.language import _
from bball_tui.tui.dialogs.signing_summary import capacity_word
from bball_tui.tui.text import Part
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.league.contracts.namesakes import Namesake
    from bball_tui.league.contracts.signing_rules import Signer


def whose_paper(
    team: str, birthdate: date | None, jersey: str | None, signer: "Signer | None", namesakes: "Sequence[Namesake]"
) -> list[list[Part]]:
    """One line of facts, and one for each child of the same name."""
    facts = [team, _born(birthdate), *_jersey(jersey)]
    if signer is not None:
        facts.append(f"{signer.name} ({capacity_word(signer.capacity)})")
    lines: list[list[Part]] = [[(" · ".join(facts), STYLES[Tone.MUTED])]]
    for one in namesakes:
        about = " · ".join([one.team, _born(one.birthdate), *_jersey(one.jersey), _(one.status)])
        lines.append([(_("{sign} same name: {about}").format(sign=SYMBOLS[Tone.WARN], about=about), STYLES[Tone.WARN])])
    return lines


def hidden_namesake(namesakes: "Sequence[Namesake]") -> list[Part]:
    """In a line, the first namesake whom the names do not list: its status first, which no window cuts off."""
    for one in namesakes:
        if one.status not in WAITING_STATUSES:
            said = _("{sign} same name, {status}: {team}").format(
                sign=SYMBOLS[Tone.WARN], status=_(one.status), team=one.team
            )
            return [(said, STYLES[Tone.WARN])]
    return []


def _born(birthdate: date | None) -> str:
    return _("birthdate unknown") if birthdate is None else _("born {day}").format(day=short_date(birthdate))


def _jersey(jersey: str | None) -> list[str]:
    return [f"#{jersey}"] if jersey else []
