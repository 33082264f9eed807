"""Changes are told on a channel of each league whose name nobody else can know: LISTEN has no rights in PostgreSQL."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# A hint is told only where rows were written, and says no more than the table. Whoever loses a role leaves a name
# behind that nothing is told on anymore; the others hear on the old one that there is a new one.
FUNCTIONS = """
CREATE FUNCTION bball_channel(in_league bigint) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(public.bball_roles(in_league)) > 0 THEN
        RETURN (SELECT token FROM public.league_channel WHERE league_id = in_league);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION bball_new_channel() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.league_channel (league_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION bball_move_channel() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify(kind || token, 'league_channel')
    FROM public.league_channel, unnest(ARRAY['bball_changed_', 'bball_outbox_']) AS kind
    WHERE league_id IN (SELECT league_id FROM changed);
    UPDATE public.league_channel SET token = gen_random_uuid() WHERE league_id IN (SELECT league_id FROM changed);
    RETURN NULL;
END $$;
"""
TELLING = """
CREATE OR REPLACE FUNCTION bball_notify_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('bball_outbox_' || token, '') FROM public.league_channel
    WHERE league_id IN (SELECT league_id FROM changed);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION bball_notify_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'league' THEN
        PERFORM pg_notify('bball_changed_' || token, TG_TABLE_NAME) FROM public.league_channel
        WHERE league_id IN (SELECT id FROM changed);
    ELSE
        PERFORM pg_notify('bball_changed_' || token, TG_TABLE_NAME) FROM public.league_channel
        WHERE league_id IN (SELECT league_id FROM changed);
    END IF;
    RETURN NULL;
END $$;
"""
TELLING_ALL = """
CREATE OR REPLACE FUNCTION bball_notify_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN PERFORM pg_notify('bball_outbox', ''); RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION bball_notify_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN PERFORM pg_notify('bball_changed', TG_TABLE_NAME); RETURN NULL; END $$;
"""
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_channel(bigint) TO %I', bball_group());
    END IF;
END $$
"""
# Which tables are watched, and for what. A trigger of several events has no rows to look at, so each gets its own.
WATCHED = """
SELECT tgrelid::regclass::text AS name, bit_or(tgtype) & 4 > 0 AS "INSERT", bit_or(tgtype) & 16 > 0 AS "UPDATE",
       bit_or(tgtype) & 8 > 0 AS "DELETE", array_agg(quote_ident(tgname)) AS triggers
FROM pg_trigger WHERE tgfoid = 'bball_notify_changed()'::regprocedure GROUP BY tgrelid ORDER BY 1
"""
ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
MEMBERS = (("INSERT", "bball_notify_changed"), ("UPDATE", "bball_move_channel"), ("DELETE", "bball_move_channel"))


def upgrade() -> None:
    op.create_table(
        "league_channel",
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("token", postgresql.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["league_id"], ["league.id"], name=op.f("fk_league_channel_league_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("league_id", name=op.f("pk_league_channel")),
    )
    op.execute("REVOKE ALL ON league_channel FROM PUBLIC")
    op.execute("ALTER TABLE league_channel ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE league_channel FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON league_channel TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute("INSERT INTO league_channel (league_id) SELECT id FROM league")
    op.execute(FUNCTIONS)
    op.execute("REVOKE ALL ON FUNCTION bball_channel(bigint), bball_new_channel(), bball_move_channel() FROM PUBLIC")
    op.execute(GRANT)
    for name, events in watched():
        for event in events:
            tell(name, event, "bball_notify_changed")
    op.execute(TELLING)
    op.execute("DROP TRIGGER wake ON outbox")
    tell("outbox", "INSERT", "bball_notify_outbox", called="wake")
    op.execute("CREATE TRIGGER channel AFTER INSERT ON league FOR EACH ROW EXECUTE FUNCTION bball_new_channel()")
    for event, function in MEMBERS:
        tell("league_member", event, function)


def downgrade() -> None:
    for event, _ in MEMBERS:
        op.execute(f"DROP TRIGGER changed_by_{event.lower()} ON league_member")
    op.execute("DROP TRIGGER channel ON league")
    op.execute("DROP TRIGGER wake ON outbox")
    op.execute("CREATE TRIGGER wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_outbox()")
    for name, events in watched():
        op.execute(
            f"CREATE TRIGGER changed AFTER {' OR '.join(events)} ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed()"
        )
    op.execute(TELLING_ALL)
    op.execute("DROP FUNCTION bball_move_channel()")
    op.execute("DROP FUNCTION bball_new_channel()")
    op.execute("DROP FUNCTION bball_channel(bigint)")
    op.drop_table("league_channel")


def watched() -> list[tuple[str, list[str]]]:
    """The watched tables, each with its events; their triggers are gone."""
    found = op.get_bind().exec_driver_sql(WATCHED.replace("%", "%%")).mappings().all()
    for row in found:
        for trigger in row["triggers"]:
            op.execute(f"DROP TRIGGER {trigger} ON {row['name']}")
    return [(row["name"], [event for event in ROWS if row[event]]) for row in found]


def tell(table: str, event: str, function: str, *, called: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {called or f'changed_by_{event.lower()}'} AFTER {event} ON {table} "
        f"REFERENCING {ROWS[event]} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
