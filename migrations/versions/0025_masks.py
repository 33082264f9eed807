"""Viewers and coordinators read no birthdates and no phone numbers; coordinators read the players of their teams.

PostgreSQL gives columns to roles of the server, and all staff share one. So whoever only looks has no rows of these
tables, but views of them that leave the columns empty; the program asks for those when it works for such a person.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# table: what is empty, what a coordinator sees of it
MASKED = {
    "player": ("birthdate", "id = ANY ((SELECT bball_team_players())::bigint[])"),
    "guardian": ("phone", "id = ANY ((SELECT bball_team_guardians())::bigint[])"),
    "player_guardian": ("", "player_id = ANY ((SELECT bball_team_players())::bigint[])"),
    "group_staff": ("phone", "league_id = ANY ((SELECT bball_leagues('coordinator'))::bigint[])"),
    "scan": ("content", "false"),
    "audit": ("", "false"),
}
FUNCTIONS = """
CREATE FUNCTION bball_team_players() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT player_id FROM public.contract WHERE team_id = ANY (public.bball_teams()));
END $$;
CREATE FUNCTION bball_team_guardians() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT guardian_id FROM public.player_guardian
                 WHERE player_id = ANY (public.bball_team_players()));
END $$;
-- Of what was changed the audit keeps both values.
CREATE FUNCTION bball_without_numbers(kept jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN jsonb_typeof(kept) = 'object' THEN kept - ARRAY['birthdate', 'phone'] ELSE kept END
$$;
-- A migration that changes one of these tables calls bball_drop_masks() before and bball_make_masks() after.
CREATE FUNCTION bball_drop_masks() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'bball_masked'::regnamespace AND relkind = 'v' LOOP
        EXECUTE format('DROP VIEW bball_masked.%I', name);
    END LOOP;
END $$;
CREATE FUNCTION bball_make_masks() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE mask record; columns text;
BEGIN
    PERFORM bball_drop_masks();
    FOR mask IN SELECT * FROM (VALUES {masked}) AS m (name, hidden, theirs) LOOP
        SELECT string_agg(CASE
            WHEN attname = mask.hidden THEN format('NULL::%s AS %I', format_type(atttypid, atttypmod), attname)
            WHEN mask.name = 'audit' AND attname IN ('before', 'after')
                THEN format('bball_without_numbers(%I) AS %I', attname, attname)
            ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
        INTO columns FROM pg_attribute WHERE attrelid = format('public.%I', mask.name)::regclass
            AND attnum > 0 AND NOT attisdropped;
        EXECUTE format('CREATE VIEW bball_masked.%I WITH (security_barrier) AS SELECT %s FROM public.%I
            WHERE league_id = ANY ((SELECT bball_leagues())::bigint[]) OR %s',
            mask.name, columns, mask.name, mask.theirs);
        IF bball_group() IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON bball_masked.%I TO %I', mask.name, bball_group());
        END IF;
    END LOOP;
END $$;
CREATE SCHEMA bball_masked;
"""
CALLED = ("bball_team_players()", "bball_team_guardians()", "bball_without_numbers(jsonb)")
INNER = ("bball_drop_masks()", "bball_make_masks()")
GRANTS = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA bball_masked TO %I', bball_group());
        EXECUTE format('GRANT EXECUTE ON FUNCTION {} TO %I', bball_group());
    END IF;
END $$
"""
# Whoever changes something reads it whole.
WHOLE = "league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])"
BEFORE = "league_id = ANY ((SELECT bball_leagues())::bigint[])"
STAFF_BEFORE = (
    "league_id = ANY ((SELECT bball_leagues('viewer', 'coordinator', 'registrar', 'mailer', 'admin'))::bigint[])"
)
UNMASKED = ("player", "guardian", "audit", "scan", "group_staff")
SEARCH = "(bigint, bigint, text[], boolean)"
ANYBODYS = """
ALTER FUNCTION bball_found(bigint, bigint, text[], boolean) RENAME TO bball_search;
REVOKE ALL ON FUNCTION bball_search(bigint, bigint, text[], boolean) FROM PUBLIC;
CREATE FUNCTION bball_found(in_league bigint, in_season bigint, terms text[], own boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF in_league = ANY (public.bball_leagues()) THEN
        RETURN public.bball_search(in_league, in_season, terms, own);
    END IF;
    RETURN ARRAY(SELECT unnest(public.bball_search(in_league, in_season, terms, own))
                 INTERSECT SELECT unnest(public.bball_team_players()));
END $$;
REVOKE ALL ON FUNCTION bball_found(bigint, bigint, text[], boolean) FROM PUBLIC;
"""
DEFINITION = "SELECT pg_get_functiondef('bball_search'::regproc)"
NOT_THEIRS = "in_league <> ALL (public.bball_leagues())"
NOBODYS = "in_league <> ALL (public.bball_leagues() || public.bball_leagues('coordinator'))"


def upgrade() -> None:
    rows = ", ".join(f"('{name}', '{hidden}', $m${theirs}$m$)" for name, (hidden, theirs) in MASKED.items())
    op.execute(FUNCTIONS.replace("{masked}", rows))
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(CALLED + INNER)} FROM PUBLIC")
    op.execute(GRANTS.format(", ".join(CALLED)))
    op.execute("SELECT bball_make_masks()")
    for table in UNMASKED:
        op.execute(f"ALTER POLICY seen ON {table} USING ({WHOLE})")
    op.execute(ANYBODYS)
    reword(NOT_THEIRS, NOBODYS)
    move_right("bball_search", "bball_found")


def downgrade() -> None:
    move_right("bball_found", "bball_search")
    reword(NOBODYS, NOT_THEIRS)
    op.execute(f"DROP FUNCTION bball_found{SEARCH}")
    op.execute(f"ALTER FUNCTION bball_search{SEARCH} RENAME TO bball_found")
    for table in UNMASKED:
        op.execute(f"ALTER POLICY seen ON {table} USING ({STAFF_BEFORE if table == 'group_staff' else BEFORE})")
    op.execute("DROP SCHEMA bball_masked CASCADE")
    op.execute(f"DROP FUNCTION {', '.join(CALLED + INNER)}")


def reword(before: str, after: str) -> None:
    """Of the search, which also a coordinator may have made."""
    definition = str(op.get_bind().exec_driver_sql(DEFINITION).scalar())
    op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))


def move_right(before: str, after: str) -> None:
    """Staff call only what looks at who asks."""
    op.execute(f"""
        DO $$ BEGIN
            IF bball_group() IS NOT NULL THEN
                EXECUTE format('REVOKE ALL ON FUNCTION {before}{SEARCH} FROM %I', bball_group());
                EXECUTE format('GRANT EXECUTE ON FUNCTION {after}{SEARCH} TO %I', bball_group());
            END IF;
        END $$
    """)
