"""Two players, or two guardians, who are one: what each had is moved to the one who stays, and can be moved back.

The other one's row leaves its table and is kept in `merged_person`, so that no list, count, export or import can find
it by mistake. What was moved is noted row by row, from every table that names a player or a guardian.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
WORDS = {
    "player": "first_name || ' '::text || last_name || ' '::text || COALESCE(jersey, ''::text)",
    "guardian": "first_name || ' '::text || last_name || ' '::text || COALESCE(email, ''::text)",
}
FORMER = " || ' '::text || merged_names"

WHOLE = "league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])"

GUARDS = """
CREATE FUNCTION bball_refuse_unless_merged() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Who signed is never changed, but one person may have been written down as two.
    IF EXISTS (SELECT FROM public.merged_person WHERE league_id = NEW.league_id AND kind = 'guardian'
               AND undone_at IS NULL AND (kept_id, gone_id) IN ((OLD.guardian_id, NEW.guardian_id),
                                                                (NEW.guardian_id, OLD.guardian_id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'signature rows are never changed: UPDATE' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER immutable ON signature;
CREATE TRIGGER immutable BEFORE DELETE ON signature FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER immutable_facts BEFORE UPDATE ON signature FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'guardian_id' IS DISTINCT FROM to_jsonb(NEW) - 'guardian_id'
          OR OLD.guardian_id IS NOT DISTINCT FROM NEW.guardian_id)
    EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER immutable_guardian BEFORE UPDATE ON signature FOR EACH ROW
    WHEN (OLD.guardian_id IS DISTINCT FROM NEW.guardian_id) EXECUTE FUNCTION bball_refuse_unless_merged();
"""
GUARDS_BEFORE = """
DROP TRIGGER immutable ON signature;
DROP TRIGGER immutable_facts ON signature;
DROP TRIGGER immutable_guardian ON signature;
DROP FUNCTION bball_refuse_unless_merged();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON signature FOR EACH ROW EXECUTE FUNCTION bball_refuse();
"""

# What runs as the owner looks itself at who asks and what may be done.
OWNER_TOO = """
CREATE OR REPLACE FUNCTION bball_refuse_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.bball_everywhere(){or_owner} THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% %: this change is not allowed', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE FUNCTION bball_stamp_created_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN IF NOT (public.bball_everywhere(){or_owner}) THEN NEW.created_at := now(); END IF; RETURN NEW; END $$;
"""
OR_OWNER = (
    " OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'public.league'::regclass), 'MEMBER')"
)

MERGE = """
CREATE FUNCTION bball_refuse_unless_registrar(in_league bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF in_league IS NULL OR in_league <> ALL (public.bball_leagues('registrar')) THEN
        RAISE EXCEPTION 'merged_person: only a registrar of the league may do this'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Every column that names a player or a guardian, but those of the pairs, which are moved with care.
CREATE FUNCTION bball_columns_naming(what text) RETURNS TABLE (tab text, col text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT conrelid::regclass::text, attname::text
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) AND attname <> 'league_id'
    WHERE contype = 'f' AND confrelid = format('public.%I', what)::regclass
        AND conrelid NOT IN ('public.player_guardian'::regclass, 'public.distinct_players'::regclass)
    ORDER BY 1, 2
$$;

CREATE FUNCTION bball_name_merged(in_league bigint, what text, who bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('UPDATE public.%I SET version = version + 1, merged_names = coalesce((
        SELECT string_agg(DISTINCT name, '', '') FROM public.merged_person
        WHERE league_id = $1 AND kind = $2 AND stays_id = $3 AND undone_at IS NULL), '''') WHERE id = $3', what)
    USING in_league, what, who;
END $$;

CREATE FUNCTION bball_merge_people(in_league bigint, what text, kept bigint, gone bigint, taken text[], ending bigint[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
    was jsonb;
    before jsonb;
    rows jsonb := '{}';
    ended jsonb := '[]';
    links jsonb;
    kept_links jsonb;
    unified jsonb;
    apart jsonb := '[]';
    added jsonb := '[]';
    merges jsonb;
    sets text;
    ids jsonb;
    naming record;
    own text := what || '_id';
    other text := CASE what WHEN 'player' THEN 'guardian_id' ELSE 'player_id' END;
BEGIN
    PERFORM public.bball_refuse_unless_registrar(in_league);
    IF what IS NULL OR what NOT IN ('player', 'guardian') OR kept IS NOT DISTINCT FROM gone THEN
        RAISE EXCEPTION 'merged_person: two players or two guardians' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT FROM public.%I WHERE league_id = $1 AND id IN ($2, $3) ORDER BY id FOR UPDATE', what)
    USING in_league, kept, gone;
    EXECUTE format('SELECT to_jsonb(p) - ''search'' FROM public.%I p WHERE league_id = $1 AND id = $2', what)
    INTO was USING in_league, gone;
    EXECUTE format('SELECT to_jsonb(p) - ''search'' FROM public.%I p WHERE league_id = $1 AND id = $2', what)
    INTO before USING in_league, kept;
    IF was IS NULL OR before IS NULL THEN
        RAISE EXCEPTION 'merged_person: there is no such % in league %', what, in_league
            USING ERRCODE = 'foreign_key_violation';
    END IF;

    WITH along AS (
        UPDATE public.merged_person SET stays_id = kept
        WHERE league_id = in_league AND kind = what AND stays_id = gone AND undone_at IS NULL RETURNING id)
    SELECT coalesce(jsonb_agg(id ORDER BY id), '[]') INTO merges FROM along;
    INSERT INTO public.merged_person (league_id, kind, kept_id, gone_id, stays_id, name, was, moved)
    VALUES (in_league, what, kept, gone, kept, concat(was ->> 'first_name', ' ', was ->> 'last_name'), was, '{}')
    RETURNING id INTO made;

    SELECT string_agg(format('%1$I = n.%1$I', attname), ', '), coalesce(array_agg(attname::text), '{}')
    INTO sets, taken FROM pg_attribute
    WHERE attrelid = format('public.%I', what)::regclass AND attname = ANY (taken) AND attnum > 0
        AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
        AND attname NOT IN ('league_id', 'version', 'created_at', 'reach', 'merged_names');
    IF sets IS NOT NULL THEN
        EXECUTE format('UPDATE public.%1$I AS k SET %2$s FROM jsonb_populate_record(NULL::public.%1$I, $1) AS n
            WHERE k.id = $2', what, sets) USING was, kept;
    END IF;

    IF what = 'player' THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'status', status, 'reason', status_reason)
                                  ORDER BY id), '[]')
        INTO ended FROM public.contract
        WHERE league_id = in_league AND id = ANY (ending) AND player_id IN (kept, gone)
            AND status IN ('draft', 'offered', 'accepted');
        UPDATE public.contract SET status = 'void', status_reason = 'merged', version = version + 1
        WHERE id IN (SELECT (one ->> 'id')::bigint FROM jsonb_array_elements(ended) AS one);

        SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') INTO apart
        FROM public.distinct_players d WHERE league_id = in_league AND gone IN (one_id, other_id);
        WITH said AS (
            INSERT INTO public.distinct_players (league_id, one_id, other_id)
            SELECT in_league, least(kept, third), greatest(kept, third)
            FROM (SELECT CASE gone WHEN one_id THEN other_id ELSE one_id END AS third FROM public.distinct_players
                  WHERE league_id = in_league AND gone IN (one_id, other_id)) AS thirds
            WHERE third <> kept ON CONFLICT DO NOTHING RETURNING one_id, other_id)
        SELECT coalesce(jsonb_agg(to_jsonb(said)), '[]') INTO added FROM said;
    END IF;

    FOR naming IN SELECT * FROM public.bball_columns_naming(what) LOOP
        EXECUTE format('WITH moved AS (UPDATE %1$s SET %2$I = $1 WHERE league_id = $2 AND %2$I = $3 RETURNING id)
            SELECT coalesce(jsonb_agg(id ORDER BY id), ''[]'') FROM moved', naming.tab, naming.col)
        INTO ids USING kept, in_league, gone;
        rows := rows || jsonb_build_object(naming.tab || ' ' || naming.col, ids);
    END LOOP;

    -- Of two links to one and the same: e-mail goes there if either says so, and only who may sign by both may sign.
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(l)), ''[]'') FROM public.player_guardian l
        WHERE league_id = $1 AND %I = $2', own) INTO links USING in_league, gone;
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(k)), ''[]'')
        FROM public.player_guardian k JOIN public.player_guardian g USING (league_id, %2$I)
        WHERE k.league_id = $1 AND k.%1$I = $2 AND g.%1$I = $3', own, other)
    INTO kept_links USING in_league, kept, gone;
    EXECUTE format('UPDATE public.player_guardian k SET
            receives_email = k.receives_email OR g.receives_email, may_sign = k.may_sign AND g.may_sign,
            relation = CASE WHEN k.relation IN (''guardian'', ''other'') THEN g.relation ELSE k.relation END,
            household = coalesce(k.household, g.household)
        FROM public.player_guardian g
        WHERE k.league_id = $1 AND g.league_id = $1 AND k.%2$I = g.%2$I AND k.%1$I = $2 AND g.%1$I = $3', own, other)
    USING in_league, kept, gone;
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(k)), ''[]'')
        FROM public.player_guardian k JOIN public.player_guardian g USING (league_id, %2$I)
        WHERE k.league_id = $1 AND k.%1$I = $2 AND g.%1$I = $3', own, other)
    INTO unified USING in_league, kept, gone;
    EXECUTE format('DELETE FROM public.player_guardian g USING public.player_guardian k
        WHERE k.league_id = $1 AND g.league_id = $1 AND k.%2$I = g.%2$I AND k.%1$I = $2 AND g.%1$I = $3', own, other)
    USING in_league, kept, gone;
    EXECUTE format('UPDATE public.player_guardian SET %1$I = $2, position = position + $4
        WHERE league_id = $1 AND %1$I = $3', own)
    USING in_league, kept, gone, CASE WHEN what = 'player' THEN coalesce(
        (SELECT max(position) FROM public.player_guardian WHERE league_id = in_league AND player_id = kept), 0)
        ELSE 0 END;

    EXECUTE format('DELETE FROM public.%I WHERE id = $1', what) USING gone;
    UPDATE public.merged_person SET moved = jsonb_build_object(
        'rows', rows, 'ended', ended, 'links', links, 'kept_links', kept_links, 'unified', unified, 'apart', apart,
        'added', added, 'merges', merges, 'taken', to_jsonb(taken), 'before', before,
        'touched', jsonb_build_object(what, jsonb_build_array(kept, gone),
            CASE what WHEN 'player' THEN 'guardian' ELSE 'player' END,
            (SELECT coalesce(jsonb_agg(one -> other), '[]') FROM jsonb_array_elements(links) AS one)))
    WHERE id = made;
    PERFORM public.bball_name_merged(in_league, what, kept);
    IF what = 'player' THEN
        PERFORM public.bball_reach(ARRAY[kept]);
    END IF;
    RETURN made;
END $$;

-- Of the merges that stand, the latest after this one that has to do with the same people.
CREATE FUNCTION bball_merged_later(in_league bigint, merge bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(later.id) FROM public.merged_person AS one JOIN public.merged_person AS later
        ON later.league_id = one.league_id AND later.id > one.id AND later.undone_at IS NULL
    WHERE one.league_id = in_league AND one.id = merge AND EXISTS (
        SELECT FROM (VALUES ('player'), ('guardian')) AS kinds (what),
            jsonb_array_elements(one.moved -> 'touched' -> what) AS mine,
            jsonb_array_elements(later.moved -> 'touched' -> what) AS theirs WHERE mine = theirs)
$$;

CREATE FUNCTION bball_unmerge_people(in_league bigint, merge bigint) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    m public.merged_person;
    columns text;
    name text;
    naming record;
    link jsonb;
    own text;
    other text;
    staying bigint;
    restored bigint[];
BEGIN
    PERFORM public.bball_refuse_unless_registrar(in_league);
    SELECT * INTO m FROM public.merged_person
    WHERE league_id = in_league AND id = merge AND undone_at IS NULL FOR UPDATE;
    IF NOT FOUND OR public.bball_merged_later(in_league, merge) IS NOT NULL THEN
        RAISE EXCEPTION 'merged_person %: it does not stand, or a later one comes first', merge
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    own := m.kind || '_id';
    other := CASE m.kind WHEN 'player' THEN 'guardian_id' ELSE 'player_id' END;
    EXECUTE format('SELECT id FROM public.%I WHERE league_id = $1 AND id = $2 FOR UPDATE', m.kind)
    INTO STRICT staying USING in_league, m.kept_id;

    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = format('public.%I', m.kind)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE
        SELECT %2$s FROM jsonb_populate_record(NULL::public.%1$I, $1)', m.kind, columns)
    USING m.was || jsonb_build_object('version', (m.was ->> 'version')::int + 1);

    -- What was changed after the merge stays with the one who stays.
    FOR name IN SELECT jsonb_array_elements_text(m.moved -> 'taken') LOOP
        EXECUTE format('UPDATE public.%1$I AS k SET %2$I = b.%2$I
            FROM jsonb_populate_record(NULL::public.%1$I, $1) AS b, jsonb_populate_record(NULL::public.%1$I, $2) AS w
            WHERE k.id = $3 AND k.%2$I IS NOT DISTINCT FROM w.%2$I', m.kind, name)
        USING m.moved -> 'before', m.was, m.kept_id;
    END LOOP;

    UPDATE public.merged_person SET stays_id = m.gone_id
    WHERE id IN (SELECT jsonb_array_elements_text(m.moved -> 'merges')::bigint) AND undone_at IS NULL;
    FOR naming IN SELECT * FROM public.bball_columns_naming(m.kind) LOOP
        EXECUTE format('UPDATE %1$s SET %2$I = $1 WHERE league_id = $2 AND %2$I = $3
            AND id IN (SELECT jsonb_array_elements_text($4)::bigint)', naming.tab, naming.col)
        USING m.gone_id, in_league, m.kept_id, coalesce(m.moved -> 'rows' -> (naming.tab || ' ' || naming.col), '[]');
    END LOOP;

    FOR link IN SELECT jsonb_array_elements(m.moved -> 'links') LOOP
        IF EXISTS (SELECT FROM jsonb_array_elements(m.moved -> 'kept_links') AS k WHERE k -> other = link -> other) THEN
            EXECUTE format('INSERT INTO public.player_guardian
                SELECT l.* FROM jsonb_populate_record(NULL::public.player_guardian, $1) AS l
                WHERE EXISTS (SELECT FROM public.%I WHERE id = l.%I)', replace(other, '_id', ''), other) USING link;
        ELSE
            EXECUTE format('UPDATE public.player_guardian SET %1$I = $1, position = $5
                WHERE league_id = $2 AND %1$I = $3 AND %2$I = $4', own, other)
            USING m.gone_id, in_league, m.kept_id, (link ->> other)::bigint, (link ->> 'position')::int;
        END IF;
    END LOOP;
    UPDATE public.player_guardian AS k
    SET receives_email = b.receives_email, may_sign = b.may_sign, relation = b.relation, household = b.household
    FROM jsonb_populate_recordset(NULL::public.player_guardian, m.moved -> 'kept_links') AS b
        JOIN jsonb_populate_recordset(NULL::public.player_guardian, m.moved -> 'unified') AS u
        USING (league_id, player_id, guardian_id)
    WHERE (k.league_id, k.player_id, k.guardian_id) = (in_league, b.player_id, b.guardian_id)
        AND (k.receives_email, k.may_sign, k.relation, k.household)
            IS NOT DISTINCT FROM (u.receives_email, u.may_sign, u.relation, u.household);

    IF m.kind = 'player' THEN
        DELETE FROM public.distinct_players d
        USING jsonb_populate_recordset(NULL::public.distinct_players, m.moved -> 'added') AS a
        WHERE d.league_id = in_league AND (d.one_id, d.other_id) = (a.one_id, a.other_id);
        INSERT INTO public.distinct_players
        SELECT a.* FROM jsonb_populate_recordset(NULL::public.distinct_players, m.moved -> 'apart') AS a
        WHERE EXISTS (SELECT FROM public.player WHERE id = a.one_id)
            AND EXISTS (SELECT FROM public.player WHERE id = a.other_id) ON CONFLICT DO NOTHING;
        -- A contract that was made instead meanwhile counts.
        WITH back AS (
            UPDATE public.contract AS c SET status = e.status, status_reason = e.reason, version = c.version + 1
            FROM jsonb_to_recordset(m.moved -> 'ended') AS e (id bigint, status text, reason text)
            WHERE c.league_id = in_league AND c.id = e.id AND c.status = 'void' AND c.status_reason = 'merged'
                AND NOT EXISTS (SELECT FROM public.contract AS live
                    WHERE live.league_id = in_league AND live.season_id = c.season_id AND live.player_id = c.player_id
                        AND live.status IN ('draft', 'offered', 'accepted', 'signed'))
            RETURNING c.id)
        SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO restored FROM back;
        PERFORM public.bball_reach(ARRAY[m.kept_id, m.gone_id]);
    ELSE
        restored := '{}';
    END IF;
    UPDATE public.merged_person SET undone_at = now(), undone_by = session_user WHERE id = merge;
    PERFORM public.bball_name_merged(in_league, m.kind, m.kept_id);
    RETURN restored;
END $$;
"""
CALLED = (
    "bball_merge_people(bigint, text, bigint, bigint, text[], bigint[])", "bball_unmerge_people(bigint, bigint)",
)  # fmt: skip
INNER = (
    "bball_refuse_unless_registrar(bigint)", "bball_columns_naming(text)", "bball_name_merged(bigint, text, bigint)",
    "bball_merged_later(bigint, bigint)",
)  # fmt: skip
GRANTS = f"""
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON merged_person TO %I', bball_group());
        EXECUTE format('GRANT EXECUTE ON FUNCTION {", ".join((*CALLED, INNER[-1]))} TO %I', bball_group());
    END IF;
END $$
"""

# A family that writes from the address of before is found, too.
BY_ADDRESS = """SELECT id FROM public.guardian
                     WHERE league_id = in_league AND address >= beginning AND address < past LIMIT most"""
BY_FORMER = """SELECT id FROM public.guardian
                     WHERE league_id = in_league AND address >= beginning AND address < past
                     UNION
                     SELECT stays_id FROM public.merged_person
                     WHERE league_id = in_league AND kind = 'guardian' AND undone_at IS NULL
                         AND address >= beginning AND address < past LIMIT most"""
DEFINITION = "SELECT pg_get_functiondef('bball_guardians_found'::regproc)"


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "merged_person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("stays_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("was", postgresql.JSONB(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column(
            "address",
            sa.Text(collation="C"),
            sa.Computed("lower(was ->> 'email'::text)", persisted=True),
            nullable=True,
        ),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.CheckConstraint("kind IN ('player', 'guardian')", name=op.f("ck_merged_person_kind")),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_merged_person_two")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_merged_person_undone")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_merged_person_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_person")),
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_merged_person_gone", "merged_person", ["league_id", "kind", "gone_id"], unique=True,
        postgresql_where=standing,
    )  # fmt: skip
    op.create_index("ix_merged_person_stays", "merged_person", ["league_id", "kind", "stays_id"])
    op.create_index("ix_merged_person_address", "merged_person", ["league_id", "address"])
    op.execute("ALTER TABLE merged_person ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE merged_person FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON merged_person TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON merged_person FOR SELECT USING ({WHOLE})")
    op.execute("SELECT bball_drop_masks()")
    for table in WORDS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN merged_names text DEFAULT '' NOT NULL")
        search(table, WORDS[table] + FORMER)
    op.execute("SELECT bball_make_masks()")
    op.execute(GUARDS)
    op.execute(OWNER_TOO.replace("{or_owner}", OR_OWNER))
    op.get_bind().exec_driver_sql(MERGE.replace("%", "%%"))
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(CALLED + INNER)} FROM PUBLIC")
    op.execute(GRANTS)
    reword(BY_ADDRESS, BY_FORMER)


def downgrade() -> None:
    reword(BY_FORMER, BY_ADDRESS)
    op.execute(f"DROP FUNCTION {', '.join(CALLED + INNER)}")
    op.execute(OWNER_TOO.replace("{or_owner}", ""))
    op.execute(GUARDS_BEFORE)
    op.execute("SELECT bball_drop_masks()")
    for table in WORDS:
        search(table, WORDS[table])
        op.drop_column(table, "merged_names")
    op.execute("SELECT bball_make_masks()")
    op.drop_table("merged_person")


def search(table: str, words: str) -> None:
    """The column of searched words, made anew."""
    signs = SIGNS.replace("'", "''")
    expression = f"to_tsvector('simple'::regconfig, translate(bball_fold({words}), '{signs}', '{' ' * len(SIGNS)}'))"
    op.drop_column(table, "search")
    op.add_column(
        table, sa.Column("search", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False)
    )
    op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().exec_driver_sql(DEFINITION).scalar())
    op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))
