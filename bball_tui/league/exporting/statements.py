"""The SQL that an export reads by. Each statement gives one record a row, in an order that stays the same."""

from sqlalchemy import text

from bball_tui.league.roster import guardian, player

_PLAYER = ", ".join(f"p.{field.name} AS {field.export_name}" for field in player.FIELDS)
_GUARDIAN = [(f"{'l' if field in guardian.LINK else 'g'}.{field.name}", field) for field in guardian.FILED]
_GUARDIAN_LINE = ", ".join(f"{column} AS guardian_{field.export_name}" for column, field in _GUARDIAN)
_GUARDIANS = f"""
    COALESCE((
        SELECT json_agg(
            json_build_array({", ".join(column for column, _ in _GUARDIAN)}) ORDER BY l.position, g.id
        )
        FROM player_guardian l JOIN guardian g ON g.id = l.guardian_id WHERE l.player_id = p.id
    ), '[]') AS guardians
"""  # noqa: S608 - the inserted text is the constant above

PLAYERS = text(
    f"""
    SELECT t.name AS team, t.division, s.name AS season, {_PLAYER}, c.status AS contract_status,
        p.id AS player_id, {_GUARDIANS}
    FROM player p
    LEFT JOIN LATERAL (
        SELECT status, team_id, season_id FROM contract
        WHERE player_id = p.id AND season_id = :season_id
        ORDER BY status = ANY (CAST(:live AS text[])) DESC, id DESC LIMIT 1
    ) c ON true
    LEFT JOIN team t ON t.id = c.team_id
    LEFT JOIN season s ON s.id = c.season_id
    WHERE p.league_id = :league_id AND (:archived OR p.archived_at IS NULL) ORDER BY p.name_key, p.id
    """  # noqa: S608 - the inserted text is the constant above
)
CONTRACTS = text(
    f"""
    SELECT t.name AS team, t.division, s.name AS season, {_PLAYER}, c.status AS contract_status,
        p.id AS player_id, {_GUARDIANS},
        c.id AS contract_id, c.offered_on, c.due_on, n.signed_on, n.signer, n.capacity, n.method
    FROM contract c
    JOIN player p ON p.id = c.player_id
    JOIN team t ON t.id = c.team_id
    JOIN season s ON s.id = c.season_id
    LEFT JOIN signature n ON n.id = c.signature_id
    WHERE c.league_id = :league_id AND c.season_id = :season_id ORDER BY p.name_key, p.id, c.id
    """  # noqa: S608 - the inserted text is the constant above
)
GUARDIANS = text(
    f"""
    SELECT {_GUARDIAN_LINE}, g.id AS guardian_id,
        p.first_name AS player_first_name, p.last_name AS player_last_name, p.birthdate AS date_of_birth,
        p.id AS player_id
    FROM player_guardian l
    JOIN guardian g ON g.id = l.guardian_id
    JOIN player p ON p.id = l.player_id
    WHERE l.league_id = :league_id AND (:archived OR p.archived_at IS NULL) ORDER BY p.name_key, p.id, l.position, g.id
    """  # noqa: S608 - the inserted text is the constant above
)
OUTBOX = text(
    """
    SELECT o.id AS outbox_id, o.kind, o.state, o.recipient, p.last_name || ', ' || p.first_name AS player,
        o.contract_id, o.attempts, o.created_at, o.created_by, o.available_at, o.finalized_at, o.error_class,
        o.error_text, o.message_id
    FROM outbox o
    LEFT JOIN contract c ON c.id = o.contract_id
    LEFT JOIN player p ON p.id = c.player_id
    WHERE o.league_id = :league_id ORDER BY o.id
    """
)
MOST_GUARDIANS = text(
    """
    SELECT COALESCE(max(guardians), 0) FROM (
        SELECT count(*) AS guardians FROM player_guardian WHERE league_id = :league_id GROUP BY player_id
    ) AS families
    """
)
SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
