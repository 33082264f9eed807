"""Contracts and mails go only where their drawings lead, nobody chooses a stamp, and each database has its own staff.

The embedded database's one person, and the owner of the tables, are bound by the program alone: all of it is theirs.
"""

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

CONTRACT_MOVES = (
    "draft offered", "draft void", "offered accepted", "offered signed", "offered declined", "offered expired",
    "offered void", "accepted signed", "accepted declined", "accepted expired", "accepted void", "signed offered",
    "signed accepted", "signed released", "signed void",
)  # fmt: skip
OUTBOX_MOVES = (
    "queued sending", "queued dead", "queued cancelled", "queued suppressed", "sending queued", "sending sent",
    "sending dead", "sending in_doubt", "in_doubt sent", "in_doubt queued", "in_doubt dead", "dead queued",
    "dead cancelled", "cancelled queued", "suppressed queued",
)  # fmt: skip

# The conditions stand in the triggers, so that what is allowed calls nothing.
GUARDS = """
CREATE FUNCTION bball_refuse_move() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.bball_everywhere() THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% %: this change is not allowed', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION bball_refuse_unless_mailer() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.league_id = ANY (public.bball_leagues('mailer')) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'outbox: only a mailer may end what a worker has in hand' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION bball_refuse_settings() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.id = ANY (public.bball_leagues('admin')) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'league: only an admin may change its settings' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_settings BEFORE UPDATE ON league FOR EACH ROW
    WHEN (to_jsonb(OLD) - ARRAY['current_season_id', 'version']
          IS DISTINCT FROM to_jsonb(NEW) - ARRAY['current_season_id', 'version'])
    EXECUTE FUNCTION bball_refuse_settings();
CREATE TRIGGER guard BEFORE UPDATE OF status ON contract FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND OLD.status || ' ' || NEW.status NOT IN ({contract}))
    EXECUTE FUNCTION bball_refuse_move();
CREATE TRIGGER guard_new BEFORE INSERT ON contract FOR EACH ROW
    WHEN (NEW.status NOT IN ('draft', 'offered') OR NEW.signature_id IS NOT NULL)
    EXECUTE FUNCTION bball_refuse_move();
CREATE TRIGGER guard BEFORE UPDATE OF state, bounced_at ON outbox FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (
        (OLD.state || ' ' || NEW.state NOT IN ({outbox})
            AND NOT (OLD.state = 'sent' AND NEW.state = 'queued' AND OLD.provider IS NOT DISTINCT FROM 'maildir'))
        OR (NEW.state = 'sent' AND NEW.bounced_at IS NOT NULL)))
    EXECUTE FUNCTION bball_refuse_move();
CREATE TRIGGER guard_in_hand BEFORE UPDATE OF state ON outbox FOR EACH ROW
    WHEN (OLD.state IN ('sending', 'in_doubt') AND NEW.state IN ('queued', 'dead'))
    EXECUTE FUNCTION bball_refuse_unless_mailer();
CREATE TRIGGER guard_new BEFORE INSERT ON outbox FOR EACH ROW
    WHEN (NEW.state <> 'queued' OR NEW.attempts > 0 OR NEW.claims > 0 OR NEW.claim_token IS NOT NULL
          OR NEW.wire_started_at IS NOT NULL OR NEW.provider_ref IS NOT NULL)
    EXECUTE FUNCTION bball_refuse_move();
CREATE TRIGGER guard_promise BEFORE UPDATE OF kind, contract_id, recipient, dedupe_key ON outbox FOR EACH ROW
    WHEN (ROW (OLD.kind, OLD.contract_id, OLD.recipient, OLD.dedupe_key)
          IS DISTINCT FROM ROW (NEW.kind, NEW.contract_id, NEW.recipient, NEW.dedupe_key))
    EXECUTE FUNCTION bball_refuse_move();
"""
STAMPS = """
CREATE FUNCTION bball_stamp_created_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN IF NOT public.bball_everywhere() THEN NEW.created_at := now(); END IF; RETURN NEW; END $$;
CREATE FUNCTION bball_stamp_recorded_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN IF NOT public.bball_everywhere() THEN NEW.recorded_at := now(); END IF; RETURN NEW; END $$;
CREATE FUNCTION bball_stamp_received_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN IF NOT public.bball_everywhere() THEN NEW.received_at := now(); END IF; RETURN NEW; END $$;
CREATE FUNCTION bball_stamp_lifted() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.lifted_at IS NOT NULL AND NOT public.bball_everywhere() THEN
        NEW.lifted_at := now();
        NEW.lifted_by := session_user;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_lifted BEFORE INSERT OR UPDATE OF lifted_at, lifted_by ON suppression
    FOR EACH ROW EXECUTE FUNCTION bball_stamp_lifted();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON import_mapping FOR EACH ROW EXECUTE FUNCTION bball_stamp_updated();
"""
FUNCTIONS = (
    "bball_refuse_move()", "bball_refuse_unless_mailer()", "bball_refuse_settings()", "bball_stamp_created_at()",
    "bball_stamp_recorded_at()",
    "bball_stamp_received_at()", "bball_stamp_lifted()", "bball_group()",
)  # fmt: skip
TIMES = ("created_at", "recorded_at", "received_at")
STAMPED = """
SELECT relname, array_agg(attname::text ORDER BY attname::text) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'league_member' AND NOT attisdropped
    AND attname IN ('created_at', 'created_by', 'recorded_at', 'recorded_by', 'received_at')
GROUP BY relname ORDER BY relname
"""

# A registrar takes a mail back or asks for it again; that it went out only a mailer says. A mailer closes an offer when
# its day is over. What is finished goes when its time is over, and history with it. Of the league a registrar chooses
# the season that is shown.
POLICIES = """
DROP POLICY changed ON league;
CREATE POLICY changed ON league FOR UPDATE USING (id = ANY ((SELECT bball_leagues())::bigint[]))
    WITH CHECK (id = ANY ((SELECT bball_leagues('registrar', 'admin'))::bigint[]));
DROP POLICY changed ON outbox;
CREATE POLICY changed ON outbox FOR UPDATE USING (league_id = ANY ((SELECT bball_leagues())::bigint[])) WITH CHECK (
    league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[])
    OR (league_id = ANY ((SELECT bball_leagues('registrar'))::bigint[])
        AND (state IN ('queued', 'dead', 'cancelled', 'suppressed') OR bounced_at IS NOT NULL)));
DROP POLICY removed ON outbox;
CREATE POLICY removed ON outbox FOR DELETE USING (
    (league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[]) AND finalized_at < now() - interval '400 days')
    OR (SELECT bball_everywhere()));
DROP POLICY changed ON contract;
CREATE POLICY changed ON contract FOR UPDATE
    USING (league_id = ANY ((SELECT bball_leagues())::bigint[]) OR team_id = ANY ((SELECT bball_teams())::bigint[]))
    WITH CHECK (
        league_id = ANY ((SELECT bball_leagues('registrar'))::bigint[])
        OR (league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[]) AND status = 'expired'));
"""
POLICIES_BEFORE = """
DROP POLICY changed ON league;
CREATE POLICY changed ON league FOR UPDATE USING (id = ANY ((SELECT bball_leagues())::bigint[]))
    WITH CHECK (id = ANY ((SELECT bball_leagues('admin'))::bigint[]));
DROP POLICY changed ON outbox;
CREATE POLICY changed ON outbox FOR UPDATE USING (league_id = ANY ((SELECT bball_leagues())::bigint[]))
    WITH CHECK (league_id = ANY ((SELECT bball_leagues('registrar', 'mailer'))::bigint[]));
DROP POLICY removed ON outbox;
CREATE POLICY removed ON outbox FOR DELETE USING (league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[]));
DROP POLICY changed ON contract;
CREATE POLICY changed ON contract FOR UPDATE
    USING (league_id = ANY ((SELECT bball_leagues())::bigint[]) OR team_id = ANY ((SELECT bball_teams())::bigint[]))
    WITH CHECK (league_id = ANY ((SELECT bball_leagues('registrar', 'mailer'))::bigint[]));
"""

CALLED = (
    "bball_everywhere()", "bball_leagues(text[])", "bball_leagues()", "bball_teams()", "bball_new_league(text, text)",
    "bball_found(bigint, bigint, text[], boolean)", "bball_analyse()", "bball_remove_contracts(bigint, bigint[])",
    "bball_remove_teams(bigint, bigint[])", "bball_remove_season(bigint, bigint)",
)  # fmt: skip

# Groups belong to the whole server, so one that all databases share would let the staff of one into the others. The
# group of a database is found by its rights and not by its name: databases are copied and renamed.
GROUP = """
CREATE FUNCTION bball_group() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT rolname FROM pg_class, aclexplode(relacl) AS granted JOIN pg_roles ON pg_roles.oid = granted.grantee
    WHERE pg_class.oid = 'public.alembic_version'::regclass AND rolname LIKE 'bball\\_staff%'
    ORDER BY rolname DESC LIMIT 1
$$;
DO $$
DECLARE
    wanted text := left('bball_staff_' || current_database(), 63);
    name text;
    added text;
    changed text;
    moved boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            FOR name IN SELECT member::regrole::text FROM pg_auth_members WHERE roleid = to_regrole('bball_staff') LOOP
                EXECUTE format('GRANT %I TO %s', wanted, name);
            END LOOP;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the group % is missing, and only an administrator of the server can make it', wanted
                    USING HINT = 'bball-tui database setup-sql prints what to run.';
        END;
    END IF;
    IF to_regrole('bball_staff') IS NOT NULL THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM bball_staff;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM bball_staff;
        REVOKE ALL ON SCHEMA public FROM bball_staff;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    EXECUTE format('GRANT SELECT ON alembic_version TO %I', wanted);
    EXECUTE format('GRANT EXECUTE ON FUNCTION {called} TO %I', wanted);
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname NOT IN ('alembic_version', 'league_member') LOOP
        SELECT string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> 'league_id'
                   AND (name <> 'scan' OR attname IN ('content', 'removed_at', 'removed_by', 'removed_reason'))),
               string_agg(quote_ident(attname), ', ')
        INTO changed, added FROM pg_attribute
        WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            AND attidentity = '';
        EXECUTE format('GRANT SELECT, INSERT (%s) ON %I TO %I', added, name, wanted);
        IF name NOT IN ('signature', 'audit', 'outbox_attempt', 'outbox_message', 'bounce', 'distinct_players') THEN
            EXECUTE format('GRANT UPDATE (%s) ON %I TO %I', changed, name, wanted);
        END IF;
        IF name NOT IN ('league', 'season', 'team', 'player', 'guardian', 'contract', 'signature', 'audit',
                        'outbox_attempt', 'bounce', 'distinct_players', 'suppression', 'provider_gate', 'group_intent',
                        'scan')
        THEN
            EXECUTE format('GRANT DELETE ON %I TO %I', name, wanted);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), wanted);
END $$;
"""
GROUP_BEFORE = """
DO $$
DECLARE
    own text := bball_group();
    name text;
    added text;
    changed text;
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    IF own IS NULL OR to_regrole('bball_staff') IS NULL THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO bball_staff;
    GRANT SELECT ON alembic_version TO bball_staff;
    GRANT EXECUTE ON FUNCTION {called} TO bball_staff;
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname NOT IN ('alembic_version', 'league_member') LOOP
        SELECT string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> 'league_id'
                   AND (name <> 'scan' OR attname IN ('content', 'removed_at', 'removed_by', 'removed_reason'))),
               string_agg(quote_ident(attname), ', ')
        INTO changed, added FROM pg_attribute
        WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            AND attidentity = '';
        EXECUTE format('GRANT SELECT, INSERT (%s) ON %I TO bball_staff', added, name);
        IF has_any_column_privilege(own, name, 'UPDATE') THEN
            EXECUTE format('GRANT UPDATE (%s) ON %I TO bball_staff', changed, name);
        END IF;
        IF has_table_privilege(own, name, 'DELETE') THEN
            EXECUTE format('GRANT DELETE ON %I TO bball_staff', name);
        END IF;
    END LOOP;
    FOR name IN SELECT member::regrole::text FROM pg_auth_members WHERE roleid = to_regrole(quote_ident(own)) LOOP
        EXECUTE format('GRANT bball_staff TO %s', name);
    END LOOP;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', own);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM %I', own);
    EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', own);
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), own);
END $$
"""


def words(moves: tuple[str, ...]) -> str:
    return ", ".join(f"'{move}'" for move in moves)


def upgrade() -> None:
    op.execute(GUARDS.replace("{contract}", words(CONTRACT_MOVES)).replace("{outbox}", words(OUTBOX_MOVES)))
    op.execute(STAMPS)
    for table, columns in op.get_bind().execute(text(STAMPED)).all():
        for column in columns:
            if column in TIMES:
                op.execute(
                    f"CREATE TRIGGER stamp_{column} BEFORE INSERT ON {table} FOR EACH ROW"
                    f" WHEN (NEW.{column} IS DISTINCT FROM now()) EXECUTE FUNCTION bball_stamp_{column}()"
                )
        forged = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        op.execute(
            f"CREATE TRIGGER stamps_stay BEFORE UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW"
            f" WHEN ({forged}) EXECUTE FUNCTION bball_refuse_move()"
        )
    op.execute(POLICIES)
    op.execute(GROUP.replace("{called}", ", ".join(CALLED)))


def downgrade() -> None:
    op.execute(GROUP_BEFORE.replace("{called}", ", ".join(CALLED)))
    op.execute(POLICIES_BEFORE)
    op.execute("DROP TRIGGER stamp ON import_mapping")
    op.execute("DROP FUNCTION " + ", ".join(FUNCTIONS) + " CASCADE")
