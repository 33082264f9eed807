"""A league in which every text that a person could have written tries to act on the screen or the terminal.

Written past the importer and the forms, which take no such thing; an older program or a direct login may have.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.factory import Club, Parent, make_club, make_family
from tests.tui.records import HOSTILE

STORABLE = tuple(name for name in HOSTILE if name and not any(0xD800 <= ord(one) < 0xE000 for one in name))
"""PostgreSQL stores no lone surrogates."""
ACTING = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;aGFja2Vk\x07\x9b31m[@click=app.quit]Bob[/] [/ \u202eevil"
"""What a terminal or Textual would obey, in one text."""

_EVERYWHERE = (
    "UPDATE league SET name = :acting, from_name = :acting",
    "UPDATE season SET name = :acting",
    "UPDATE team SET name = :acting, division = left(:acting, 100), groupme_group_id = '1'",
    "UPDATE team SET groupme_seen_name = :acting, groupme_linked_name = :acting",
    "UPDATE guardian SET phone = left(:acting, 40)",
    "UPDATE contract SET status = 'void', status_reason = :acting WHERE id = (SELECT max(id) FROM contract)",
    """
    WITH signed AS (
        INSERT INTO signature (league_id, contract_id, signer, capacity, method, signed_on, note)
        SELECT league_id, min(id), :acting, 'mother', 'paper', current_date, :acting FROM contract GROUP BY 1
        RETURNING id, contract_id
    )
    UPDATE contract SET status = 'signed', signature_id = signed.id FROM signed WHERE contract.id = signed.contract_id
    """,
    """
    INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, state, error_class,
        error_code, error_text, finalized_at, attempts, claims)
    SELECT league_id, 'contract_signed', min(id), '[@click=app.quit]@x.test', 'k', '<k@x>', '{}', 'dead',
        'no_such_user', :acting, :acting, now(), 1, 1 FROM contract GROUP BY 1
    """,
    """
    INSERT INTO outbox_attempt (league_id, outbox_id, n, worker, started_at, outcome, phase, code, detail)
    SELECT league_id, id, 1, :acting, now(), 'permanent', 'rcpt', :acting, :acting FROM outbox
    """,
    "INSERT INTO suppression (league_id, email, reason) SELECT id, 'a@x.test', :acting FROM league",
    """
    INSERT INTO audit (league_id, action, entity, entity_id, reason, before, after)
    SELECT league_id, 'changed', 'contract', id, :acting, CAST(:document AS jsonb), CAST(:document AS jsonb)
    FROM contract
    """,
    """
    INSERT INTO saved_filter (league_id, list, name, choices)
    SELECT id, 'contracts', left(:acting, 60), '{}' FROM league
    """,
)


async def make_hostile_club(session: AsyncSession, slug: str = "hostile") -> Club:
    """One family for each of the names, and what acts in every other text of the league."""
    club = await make_club(session, slug=slug)
    for number, name in enumerate(STORABLE):
        short = name[:100]
        parent = Parent(first=short, last=short, email=f"p{number}@families.test")
        await make_family(session, club, first=short, last=short, parents=(parent,))
    document = '{"name": "[@click=app.quit]x[/] \\u001b[2J"}'
    for statement in _EVERYWHERE:
        names = {"acting": ACTING, "document": document}
        found = text(statement)
        await session.execute(found, {name: names[name] for name in found.compile().params})
    return club
