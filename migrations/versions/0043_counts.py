"""Counting a season or a league reads a small index, and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# A policy of contracts has two sides, since coordinators see those of their teams, and so looks at each of a million
# rows. This looks at who asks once.
COUNTED = """
CREATE FUNCTION bball_contracts(in_league bigint, in_season bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE teams bigint[];
BEGIN
    IF in_league = ANY (public.bball_leagues()) THEN
        RETURN (SELECT count(*) FROM public.contract WHERE league_id = in_league AND season_id = in_season);
    END IF;
    teams := public.bball_teams();
    RETURN (SELECT count(*) FROM public.contract
            WHERE league_id = in_league AND season_id = in_season AND team_id = ANY (teams));
END $$;
REVOKE ALL ON FUNCTION bball_contracts(bigint, bigint) FROM PUBLIC;
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_contracts(bigint, bigint) TO %I', bball_group());
    END IF;
END $$;
"""


def upgrade() -> None:
    op.create_index("ix_player_kept", "player", ["league_id"], postgresql_where=sa.text("archived_at IS NULL"))
    # Nothing but what is counted by, so that all contracts of a season share their entries.
    op.create_index("ix_contract_season", "contract", ["league_id", "season_id"])
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_contracts(bigint, bigint)")
    op.drop_index("ix_contract_season", table_name="contract")
    op.drop_index("ix_player_kept", table_name="player")
