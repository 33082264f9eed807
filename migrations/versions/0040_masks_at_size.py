"""Whoever only looks finds rows by the same indexes as everybody else.

A view with security_barrier is worked out as a whole before it is joined: a page of players read all guardians of the
league once for each of its rows. Policies of a table know which comparisons leak nothing. So each masked table stands
below another one, which has no rows of its own, lacks the hidden column, and has the policies of those who only look:
of a table that is read through one above it PostgreSQL asks for the rights and the policies of that one alone.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TEAM_PLAYERS = "ANY ((SELECT bball_team_players())::bigint[])"
# table, column that is not there, a column that is never empty, what a coordinator sees of it
ABOVE = (
    ("player", "birthdate", "id", f"id = {TEAM_PLAYERS}"),
    ("guardian", "phone", "id", "id = ANY ((SELECT bball_team_guardians())::bigint[])"),
    ("player_guardian", "", "player_id", f"player_id = {TEAM_PLAYERS}"),
    ("group_staff", "phone", "id", "league_id = ANY ((SELECT bball_leagues('coordinator'))::bigint[])"),
    ("scan", "content", "id", "false"),
)
BEFORE = (
    *((name, hidden, theirs) for name, hidden, _, theirs in ABOVE),
    ("audit", "", "false"),
)
FUNCTIONS = """
-- A migration that changes one of these tables calls bball_drop_masks() before and bball_make_masks() after.
CREATE OR REPLACE FUNCTION bball_drop_masks() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'bball_masked'::regnamespace AND relkind = 'v' LOOP
        EXECUTE format('DROP VIEW bball_masked.%I', name);
    END LOOP;
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'bball_seen'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE public.%1$I NO INHERIT bball_seen.%1$I', name);
        EXECUTE format('DROP TABLE bball_seen.%I', name);
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION bball_make_masks() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $masks$
DECLARE mask record; columns text;
BEGIN
    PERFORM bball_drop_masks();
    FOR mask IN SELECT * FROM (VALUES {above}) AS m (name, hidden, filled, theirs) LOOP
        -- That it has no row of its own is said in a way that lets PostgreSQL leave it out of every plan.
        EXECUTE format('CREATE TABLE bball_seen.%1$I (LIKE public.%1$I INCLUDING GENERATED,
            CONSTRAINT no_row CHECK (league_id IS NULL AND %2$I IS NULL) NO INHERIT)', mask.name, mask.filled);
        IF mask.hidden <> '' THEN
            EXECUTE format('ALTER TABLE bball_seen.%I DROP COLUMN %I', mask.name, mask.hidden);
        END IF;
        EXECUTE format('ALTER TABLE bball_seen.%I ENABLE ROW LEVEL SECURITY', mask.name);
        EXECUTE format('ALTER TABLE bball_seen.%I FORCE ROW LEVEL SECURITY', mask.name);
        EXECUTE format('CREATE POLICY seen ON bball_seen.%I FOR SELECT
            USING (league_id = ANY ((SELECT bball_leagues())::bigint[]) OR %s)', mask.name, mask.theirs);
        EXECUTE format('ALTER TABLE public.%1$I INHERIT bball_seen.%1$I', mask.name);
        SELECT string_agg(CASE
            WHEN attname = mask.hidden THEN format('NULL::%s AS %I', format_type(atttypid, atttypmod), attname)
            ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
        INTO columns FROM pg_attribute WHERE attrelid = format('public.%I', mask.name)::regclass
            AND attnum > 0 AND NOT attisdropped;
        EXECUTE format('CREATE VIEW bball_masked.%1$I WITH (security_invoker) AS SELECT %2$s FROM bball_seen.%1$I',
            mask.name, columns);
        IF bball_group() IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON bball_seen.%1$I, bball_masked.%1$I TO %2$I', mask.name, bball_group());
        END IF;
    END LOOP;
    -- Of what was changed the audit keeps both values, in columns that nobody who only looks may read.
    SELECT string_agg(CASE WHEN attname IN ('before', 'after')
        THEN format('bball_without_numbers(%1$I) AS %1$I', attname) ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
    INTO columns FROM pg_attribute WHERE attrelid = 'public.audit'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('CREATE VIEW bball_masked.audit WITH (security_barrier) AS SELECT %s FROM public.audit
        WHERE league_id = ANY ((SELECT bball_leagues())::bigint[])', columns);
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON bball_masked.audit TO %I', bball_group());
    END IF;
END $masks$;
"""
FUNCTIONS_BEFORE = """
CREATE OR REPLACE FUNCTION bball_drop_masks() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'bball_masked'::regnamespace AND relkind = 'v' LOOP
        EXECUTE format('DROP VIEW bball_masked.%I', name);
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION bball_make_masks() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $masks$
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
END $masks$;
"""
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA bball_seen TO %I', bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA bball_seen")
    op.execute(GRANT)
    op.execute(FUNCTIONS.replace("{above}", rows(ABOVE)))
    op.execute("SELECT bball_make_masks()")


def downgrade() -> None:
    op.execute("SELECT bball_drop_masks()")
    op.execute(FUNCTIONS_BEFORE.replace("{masked}", rows(BEFORE)))
    op.execute("SELECT bball_make_masks()")
    op.execute("DROP SCHEMA bball_seen")


def rows(values: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join("(" + ", ".join(f"$m${one}$m$" for one in row) + ")" for row in values)
