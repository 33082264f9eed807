"""Whether a message speaks to a family of that family's own players, looked at just before it is written."""

from collections.abc import Sequence

from sqlalchemy import text

from bball_tui.database.autocommit import Executor
from bball_tui.language import _
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.safe_values import RenderError, one_line

# Of two players who were merged meanwhile, the family of the one who stays is the family of both.
_OWN = text(
    """
    SELECT DISTINCT guardian.address, said.player_id
    FROM unnest(CAST(:players AS bigint[])) AS said (player_id)
    LEFT JOIN merged_person AS merged ON merged.league_id = :league_id AND merged.kind = 'player'
        AND merged.gone_id = said.player_id AND merged.undone_at IS NULL
    JOIN player_guardian AS link ON link.league_id = :league_id AND link.receives_email
        AND link.player_id = COALESCE(merged.stays_id, said.player_id)
    JOIN guardian ON guardian.id = link.guardian_id AND guardian.address = ANY (CAST(:addresses AS text[]))
    """
)


async def strangers(
    executor: Executor, league_id: int, messages: Sequence[tuple[str, MessageMail]]
) -> list[RenderError | None]:
    """For each address and what it is to read: why that is not written, if a player in it is not on file there now."""
    if not messages:
        return []
    values = {
        "league_id": league_id,
        "players": sorted({child.player_id for _, message in messages for child in message.children}),
        "addresses": sorted({address.lower() for address, _ in messages}),
    }
    own = {(row.address, row.player_id) for row in await executor.execute(_OWN, values)}
    return [_stranger(address, message, own) for address, message in messages]


def _stranger(address: str, message: MessageMail, own: set[tuple[str, int]]) -> RenderError | None:
    for child in message.children:
        if (address.lower(), child.player_id) not in own:
            name = one_line(f"{child.player_first} {child.player_last}")
            return RenderError(
                _(
                    "{address} is not on file for {name} anymore, and this message speaks of {name}. So it "
                    "is not sent. Cancel it, and write to the family again."
                ).format(address=address, name=name)
            )
    return None
