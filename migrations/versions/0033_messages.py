"""Messages of one's own: whether they say how one leaves, and that erasing a child finds those to its siblings."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# That only an admin changes it is said by the guard of the league's settings (0023).
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT INSERT (unsubscribe), UPDATE (unsubscribe) ON league TO %I', bball_group());
    END IF;
END $$
"""
DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'bball_erase'"
BEFORE = "(contract_id = ANY (contracts) OR address = ANY (addresses))"
# A message names all of a family's players, and belongs to the contract of one of them.
AFTER = """(contract_id = ANY (contracts) OR address = ANY (addresses)
                        OR (kind = 'message' AND EXISTS (
                            SELECT FROM jsonb_path_query(payload, 'strict $.**.player_id') AS said
                            WHERE said #>> '{}' = ANY ((players || merged_players)::text[]))))"""


def upgrade() -> None:
    op.add_column("league", sa.Column("unsubscribe", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(GRANT)
    reword(BEFORE, AFTER)


def downgrade() -> None:
    reword(AFTER, BEFORE)
    op.drop_column("league", "unsubscribe")


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().execute(sa.text(DEFINITION)).scalar())
    if before not in definition:
        raise RuntimeError("bball_erase is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after, 1).replace("%", "%%"))
