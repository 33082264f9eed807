"""What was made by mistake can go: contracts nobody signed and no family heard of, and teams and seasons left empty.

Staff may not delete such rows themselves; these functions look first. A contract that was ever signed stays, and so
does one of whose mails any may have left.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REMOVE = """
CREATE FUNCTION bball_remove_contracts(in_league bigint, wanted bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    going bigint[];
BEGIN
    going := ARRAY(
        SELECT id FROM public.contract
        WHERE league_id = in_league AND id = ANY (wanted)
            AND NOT EXISTS (SELECT FROM public.signature WHERE contract_id = contract.id)
            AND NOT EXISTS (SELECT FROM public.outbox WHERE contract_id = contract.id
                            AND NOT (state IN ('cancelled', 'suppressed') AND claims = 0))
        ORDER BY id FOR UPDATE);
    DELETE FROM public.outbox WHERE contract_id = ANY (going);
    RETURN QUERY DELETE FROM public.contract WHERE id = ANY (going) RETURNING id;
END $$;
CREATE FUNCTION bball_remove_teams(in_league bigint, wanted bigint[]) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.team
    WHERE league_id = in_league AND id = ANY (wanted) AND groupme_group_id IS NULL
        AND NOT EXISTS (SELECT FROM public.contract WHERE team_id = team.id)
        AND NOT EXISTS (SELECT FROM public.group_intent WHERE team_id = team.id)
        AND NOT EXISTS (SELECT FROM public.group_member WHERE team_id = team.id)
        AND NOT EXISTS (SELECT FROM public.group_dismissal WHERE team_id = team.id)
    RETURNING id
$$;
CREATE FUNCTION bball_remove_season(in_league bigint, wanted bigint) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.season
    WHERE league_id = in_league AND id = wanted
        AND NOT EXISTS (SELECT FROM public.team WHERE season_id = season.id)
        AND NOT EXISTS (SELECT FROM public.contract WHERE season_id = season.id)
        AND NOT EXISTS (SELECT FROM public.league WHERE current_season_id = season.id)
    RETURNING id
$$;
REVOKE ALL ON FUNCTION bball_remove_contracts(bigint, bigint[]), bball_remove_teams(bigint, bigint[]),
    bball_remove_season(bigint, bigint) FROM PUBLIC;
"""
GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT EXECUTE ON FUNCTION bball_remove_contracts(bigint, bigint[]), bball_remove_teams(bigint, bigint[]),
            bball_remove_season(bigint, bigint) TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(REMOVE)
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_remove_season(bigint, bigint)")
    op.execute("DROP FUNCTION bball_remove_teams(bigint, bigint[])")
    op.execute("DROP FUNCTION bball_remove_contracts(bigint, bigint[])")
