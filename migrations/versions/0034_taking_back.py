"""An import can be taken back: players and guardians whom it made by mistake can go, as contracts and teams can.

Staff may not delete such rows themselves; these functions look first. Whoever anything else names stays.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# Together, and one by one only where somebody is named by what nobody here knows of.
REMOVE = """
CREATE FUNCTION bball_remove_{table}s(in_league bigint, wanted bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE one bigint; gone bigint[];
BEGIN
    IF in_league IS NULL OR in_league <> ALL (public.bball_leagues('registrar')) THEN
        RETURN;
    END IF;
    BEGIN
        WITH removed AS (
            DELETE FROM public.{table} WHERE league_id = in_league AND id = ANY (wanted) AND {unnamed} RETURNING id)
        SELECT array_agg(id) INTO gone FROM removed;
        RETURN QUERY SELECT unnest(gone);
        RETURN;
    EXCEPTION WHEN foreign_key_violation THEN NULL;
    END;
    FOREACH one IN ARRAY wanted LOOP
        BEGIN
            DELETE FROM public.{table} WHERE league_id = in_league AND id = one AND {unnamed};
            IF FOUND THEN RETURN NEXT one; END IF;
        EXCEPTION WHEN foreign_key_violation THEN NULL;
        END;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION bball_remove_{table}s(bigint, bigint[]) FROM PUBLIC;
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_remove_{table}s(bigint, bigint[]) TO %I', bball_group());
    END IF;
END $$
"""
UNNAMED = {
    "player": "NOT EXISTS (SELECT FROM public.contract WHERE player_id = player.id)",
    "guardian": "NOT EXISTS (SELECT FROM public.player_guardian WHERE guardian_id = guardian.id)"
    " AND NOT EXISTS (SELECT FROM public.signature WHERE guardian_id = guardian.id)",
}


def upgrade() -> None:
    for table, unnamed in UNNAMED.items():
        op.get_bind().exec_driver_sql(REMOVE.format(table=table, unnamed=unnamed).replace("%", "%%"))


def downgrade() -> None:
    for table in UNNAMED:
        op.execute(f"DROP FUNCTION bball_remove_{table}s(bigint, bigint[])")
