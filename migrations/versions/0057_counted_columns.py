"""After a large import those columns are counted that lists search, join and order by; the others wait for autovacuum.

A count of some columns leaves it to autovacuum to come as soon as it would have, for all of them.
"""

from alembic import op

revision = "0057"
down_revision = "0055"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION bball_analyse() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
    ANALYZE {};
END $$
"""
COUNTED = {
    "team": "id, league_id, season_id, name_key, archived_at, search",
    "player": "id, league_id, name_key, birthdate, reach, archived_at, search",
    "guardian": "id, league_id, name_key, address, search",
    "player_guardian": "player_id, guardian_id, league_id, receives_email, may_sign",
    "contract": "id, league_id, season_id, team_id, player_id, status, due_on, player_key, status_rank, due_key, "
    "signer_key, signature_id",
}


def upgrade() -> None:
    op.execute(FUNCTION.format(", ".join(f"public.{table} ({columns})" for table, columns in COUNTED.items())))


def downgrade() -> None:
    op.execute(FUNCTION.format(", ".join(f"public.{table}" for table in COUNTED)))
