"""Rows are seen and changed by those alone who have a role in their league, and never point into another league."""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PINNED = "SET search_path = pg_catalog, public, pg_temp"

# Whatever names a row of another table names it together with the league: else an error, or none, would tell which ids
# other leagues have, and a row could point across.
NAMED = ("season", "team", "player", "guardian", "contract", "outbox", "group_staff")
POINTERS = (
    ("team", "season_id", "season", ""),
    ("player_guardian", "player_id", "player", " ON DELETE CASCADE"),
    ("player_guardian", "guardian_id", "guardian", " ON DELETE CASCADE"),
    ("distinct_players", "one_id", "player", " ON DELETE CASCADE"),
    ("distinct_players", "other_id", "player", " ON DELETE CASCADE"),
    ("contract", "season_id", "season", ""),
    ("contract", "team_id", "team", ""),
    ("contract", "player_id", "player", ""),
    ("signature", "contract_id", "contract", ""),
    ("signature", "guardian_id", "guardian", ""),
    ("outbox", "contract_id", "contract", ""),
    ("outbox_message", "outbox_id", "outbox", " ON DELETE CASCADE"),
    ("outbox_attempt", "outbox_id", "outbox", " ON DELETE CASCADE"),
    ("bounce", "outbox_id", "outbox", " ON DELETE CASCADE"),
    ("group_intent", "team_id", "team", ""),
    ("group_member", "team_id", "team", ""),
    ("group_member", "staff_id", "group_staff", " ON DELETE CASCADE"),
    ("group_dismissal", "team_id", "team", ""),
    ("group_look", "team_id", "team", " ON DELETE CASCADE"),
    ("league_member", "team_id", "team", " ON DELETE CASCADE"),
    ("scan", "contract_id", "contract", ""),
)
OF_A_SIGNATURE = (("signature", "supersedes_id"), ("scan", "signature_id"))
# What must be unique is so within a league: else a conflict would tell of the others, or let one stand in their way.
# Of keys of two parts the league comes last, since most look-ups name only the first.
KEYS = {
    "outbox_message": "outbox_id",
    "player_guardian": "player_id, guardian_id",
    "distinct_players": "one_id, other_id",
    "group_member": "team_id, staff_id",
    "group_dismissal": "team_id, group_id",
    "group_look": "team_id",
    "worker": "id",
}
UNIQUE = (("outbox", "dedupe_key"), ("outbox", "message_id"), ("group_intent", "op_id"))

# Behind a policy an index can be asked for a column alone, and not for what lower() makes of it: that might leak.
# Sorted byte by byte, as beginnings are looked for.
ADDRESSES = (
    ("guardian", "email", "ix_guardian_email", "INDEX", "", "lower(email) text_pattern_ops"),
    ("outbox", "recipient", "ix_outbox_recipient", "INDEX", "", "lower(recipient)"),
    ("suppression", "email", "uq_suppression_email", "UNIQUE INDEX", " WHERE lifted_at IS NULL", "lower(email)"),
)

REGISTRAR, MAILER = ("registrar",), ("mailer",)
BOTH = ("registrar", "mailer")
EVERYBODY = ("viewer", "coordinator", "registrar", "mailer", "admin")
# Who may add, change and take away. A table that is not named belongs to the registrar.
WRITERS = {
    "league": ((), ("admin",), ()),
    "contract": (REGISTRAR, BOTH, ()),
    "outbox": (BOTH, BOTH, MAILER),
    "outbox_message": (MAILER, (), BOTH),
    "outbox_attempt": (MAILER, (), ()),
    "provider_gate": (MAILER, MAILER, ()),
    "suppression": (BOTH, BOTH, ()),
    "scan": (REGISTRAR, REGISTRAR, ()),
    "bounce": (MAILER, (), ()),
    "worker": (MAILER, MAILER, MAILER),
    "audit": (EVERYBODY, (), ()),
    "saved_filter": (EVERYBODY, EVERYBODY, EVERYBODY),
}
NOT_FOR_STAFF = "league_member"
# What a coordinator reads of the whole league, and where a row says whose team it is about.
COMMON = ("league", "season", "group_staff")
OF_A_TEAM = {
    "team": "id", "contract": "team_id", "group_intent": "team_id", "group_member": "team_id",
    "group_dismissal": "team_id", "group_look": "team_id",
}  # fmt: skip

TABLES = """
SELECT relname, relname = 'league' AS league FROM pg_class c
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND (relname = 'league' OR EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'league_id' AND NOT attisdropped))
ORDER BY relname
"""
STAFF = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff')"

# The indexes of words and of addresses are of no use behind a policy: what searches in them might leak. So this looks
# behind the policy itself, after it has made sure of the league, and gives out nothing but ids.
#
# A term with an @ is the beginning of an address, compared byte by byte as its index is. Each of several terms is tried
# for a few players, the addresses and the longest words first, and the others are looked for in those alone; only when
# every term meets more are all gathered and compared.
FOUND = """
CREATE FUNCTION bball_words(term text) RETURNS tsquery LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    -- The quotes make the word one operand.
    SELECT to_tsquery('simple', '''' || replace(public.bball_fold(term), '''', '''''') || ''':*')
$$;
CREATE FUNCTION bball_guardians_found(in_league bigint, term text, most bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    beginning text := lower(term);
    past text := lower(term || chr(1114111));
    wanted tsquery;
BEGIN
    IF strpos(term, '@') > 0 THEN
        RETURN ARRAY(SELECT id FROM public.guardian
                     WHERE league_id = in_league AND address >= beginning AND address < past LIMIT most);
    END IF;
    wanted := public.bball_words(term);
    RETURN ARRAY(SELECT id FROM public.guardian WHERE league_id = in_league AND search @@ wanted LIMIT most);
END $$;
CREATE FUNCTION bball_players_found(in_league bigint, in_season bigint, term text, few bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    most bigint := few + 1;
    guardians bigint[] := public.bball_guardians_found(in_league, term, most);
    teams bigint[] := '{}';
    own bigint[] := '{}';
    found bigint[];
    wanted tsquery;
BEGIN
    IF strpos(term, '@') = 0 THEN
        wanted := public.bball_words(term);
        own := ARRAY(SELECT id FROM public.player WHERE league_id = in_league AND search @@ wanted LIMIT most);
        teams := ARRAY(SELECT id FROM public.team WHERE league_id = in_league AND search @@ wanted
                       AND (in_season IS NULL OR season_id = in_season) LIMIT most);
    END IF;
    IF greatest(cardinality(guardians), cardinality(own), cardinality(teams)) > few THEN
        RETURN NULL;
    END IF;
    found := ARRAY(
        SELECT unnest(own)
        UNION
        SELECT player_id FROM public.player_guardian WHERE guardian_id = ANY (guardians)
        UNION
        SELECT player_id FROM public.contract
        WHERE team_id = ANY (teams) AND (in_season IS NULL OR season_id = in_season)
        LIMIT most);
    RETURN CASE WHEN cardinality(found) > few THEN NULL ELSE found END;
END $$;
CREATE FUNCTION bball_players_kept(in_season bigint, term text, among bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    beginning text := lower(term);
    past text := lower(term || chr(1114111));
    wanted tsquery;
BEGIN
    IF strpos(term, '@') > 0 THEN
        RETURN ARRAY(
            SELECT DISTINCT player_id FROM public.player_guardian JOIN public.guardian ON guardian.id = guardian_id
            WHERE player_id = ANY (among) AND address >= beginning AND address < past);
    END IF;
    wanted := public.bball_words(term);
    -- As scalars, since of an EXISTS the planner might think that gathering all of them first is cheaper.
    RETURN ARRAY(
        SELECT id FROM public.player WHERE id = ANY (among) AND (
            search @@ wanted
            OR (SELECT true FROM public.player_guardian JOIN public.guardian ON guardian.id = guardian_id
                WHERE player_id = player.id AND guardian.search @@ wanted LIMIT 1)
            OR (SELECT true FROM public.contract JOIN public.team ON team.id = team_id
                WHERE player_id = player.id AND team.search @@ wanted AND (in_season IS NULL OR
                    (contract.season_id = in_season AND team.season_id = in_season)) LIMIT 1)));
END $$;
CREATE FUNCTION bball_found(in_league bigint, in_season bigint, terms text[], own boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    few CONSTANT bigint := 300;
    term text;
    rarest text;
    wanted tsquery;
    found bigint[];
BEGIN
    IF in_league IS NULL OR in_league <> ALL (public.bball_leagues()) OR terms = '{}' THEN
        RETURN '{}';
    END IF;
    IF own THEN
        FOREACH term IN ARRAY terms LOOP
            wanted := coalesce(wanted && public.bball_words(term), public.bball_words(term));
        END LOOP;
        RETURN ARRAY(SELECT id FROM public.player WHERE league_id = in_league AND search @@ wanted);
    END IF;
    terms := ARRAY(SELECT one FROM unnest(terms) AS one ORDER BY strpos(one, '@') > 0 DESC, length(one) DESC);
    IF cardinality(terms) > 1 THEN
        FOREACH term IN ARRAY terms LOOP
            rarest := term;
            found := public.bball_players_found(in_league, in_season, term, few);
            EXIT WHEN found IS NOT NULL;
        END LOOP;
    END IF;
    IF found IS NULL THEN
        rarest := terms[1];
        found := public.bball_players_found(in_league, in_season, rarest, NULL);
        FOREACH term IN ARRAY terms[2:] LOOP
            found := ARRAY(SELECT unnest(found)
                           INTERSECT SELECT unnest(public.bball_players_found(in_league, in_season, term, NULL)));
        END LOOP;
        RETURN coalesce(found, '{}');
    END IF;
    FOREACH term IN ARRAY array_remove(terms, rarest) LOOP
        found := public.bball_players_kept(in_season, term, found);
    END LOOP;
    RETURN found;
END $$;
REVOKE ALL ON FUNCTION bball_found(bigint, bigint, text[], boolean), bball_words(text),
    bball_guardians_found(bigint, text, bigint), bball_players_found(bigint, bigint, text, bigint),
    bball_players_kept(bigint, text, bigint[]) FROM PUBLIC;
"""
# These keep copies in rows that whoever causes the change may not write himself.
BEYOND = (
    "bball_contract_keys()", "bball_player_renamed()", "bball_reach(bigint[])", "bball_link_changed()",
    "bball_address_changed()", "bball_keep_written()",
)  # fmt: skip
# These take away what was made by mistake, and look at everything but at who asks.
REMOVING = ("bball_remove_contracts", "bball_remove_teams", "bball_remove_season")
ANYBODY = "WHERE league_id = in_league AND"
REGISTRARS = "WHERE league_id = in_league AND in_league = ANY (public.bball_leagues('registrar')) AND"
DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name"
PINNED_BEFORE = ("bball_stamp_granted()", "bball_guard_scan()", "bball_evidence_kept()")
TRIGGERS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    " AND prorettype = 'trigger'::regtype AND proname LIKE 'bball\\_%'"
)


def upgrade() -> None:
    connection = op.get_bind()
    staff = bool(connection.scalar(text(STAFF)))
    for table in NAMED:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_league_id_id UNIQUE (league_id, id)")
    op.execute("DROP INDEX ix_outbox_newest")
    for table, column, target, then in POINTERS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{column} FOREIGN KEY (league_id, {column})"
            f" REFERENCES {target} (league_id, id){then}"
        )
    op.execute("ALTER TABLE league DROP CONSTRAINT fk_league_current_season_id")
    op.execute(
        "ALTER TABLE league ADD CONSTRAINT fk_league_current_season_id FOREIGN KEY (id, current_season_id)"
        " REFERENCES season (league_id, id)"
    )
    # A signature is in force for its own contract alone.
    op.execute(
        "ALTER TABLE signature ADD CONSTRAINT uq_signature_league_id_contract_id_id UNIQUE (league_id, contract_id, id)"
    )
    for table, column in OF_A_SIGNATURE:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{column} FOREIGN KEY (league_id, contract_id, {column})"
            " REFERENCES signature (league_id, contract_id, id)"
        )
    op.execute("ALTER TABLE contract DROP CONSTRAINT fk_contract_signature_id")
    op.execute(
        "ALTER TABLE contract ADD CONSTRAINT fk_contract_signature_id FOREIGN KEY (league_id, id, signature_id)"
        " REFERENCES signature (league_id, contract_id, id)"
    )
    for table, columns in KEYS.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns}, league_id)")
    for table, column in UNIQUE:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT uq_{table}_{column}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_league_id_{column} UNIQUE (league_id, {column})")
    op.execute("DROP INDEX uq_group_intent_open")
    op.execute(
        "CREATE UNIQUE INDEX uq_group_intent_open ON group_intent (league_id, team_id, kind)"
        " WHERE state IN ('open', 'unresolved')"
    )
    for table, column, name, kind, where, _ in ADDRESSES:
        op.execute(f"DROP INDEX {name}")
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN address text COLLATE "C" GENERATED ALWAYS AS (lower({column})) STORED'
        )
        op.execute(f"CREATE {kind} {name} ON {table} (league_id, address){where}")
    op.execute("DROP INDEX uq_scan_contract_id")
    op.execute(
        "CREATE UNIQUE INDEX uq_scan_contract_id ON scan (league_id, contract_id, sha256) WHERE removed_at IS NULL"
    )
    # What the policy looks at stands in the index, too, so that a count reads nothing else.
    op.execute("DROP INDEX ix_contract_status")
    op.execute("CREATE INDEX ix_contract_status ON contract (league_id, season_id, status) INCLUDE (team_id)")
    op.execute(FOUND)
    if staff:
        op.execute("GRANT EXECUTE ON FUNCTION bball_found(bigint, bigint, text[], boolean) TO bball_staff")
    for function in {*connection.scalars(text(TRIGGERS)), "bball_reach(bigint[])"}:
        op.execute(f"ALTER FUNCTION {function} {PINNED}")
    for function in BEYOND:
        op.execute(f"ALTER FUNCTION {function} SECURITY DEFINER")
    op.execute("REVOKE ALL ON FUNCTION bball_reach(bigint[]) FROM PUBLIC")
    reword(ANYBODY, REGISTRARS)
    for table, is_league in connection.execute(text(TABLES)).all():
        wall(table, "id" if is_league else "league_id")
        if staff and table != NOT_FOR_STAFF:
            columns_only(table)


def reword(before: str, after: str) -> None:
    for name in REMOVING:
        definition = str(op.get_bind().scalar(text(DEFINITION), {"name": name}))
        op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))


def wall(table: str, key: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    # Whoever owns the tables, and what runs as the owner: functions that look at the league themselves.
    op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    if table == NOT_FOR_STAFF:
        return
    everybody = among(key, EVERYBODY)
    reads = everybody if table in COMMON else f"{key} = ANY ((SELECT bball_leagues())::bigint[])"
    theirs = ""
    if table in OF_A_TEAM:
        theirs = f" OR {OF_A_TEAM[table]} = ANY ((SELECT bball_teams())::bigint[])"
        reads += theirs
    if table == "league":
        # A league that is being made is in nobody's list yet.
        reads += " OR (SELECT bball_everywhere())"
        op.execute("CREATE POLICY added ON league FOR INSERT WITH CHECK ((SELECT bball_everywhere()))")
    if table == "saved_filter":
        reads = f"({everybody}) AND created_by = session_user"
    added, changed, removed = WRITERS.get(table, (REGISTRAR, REGISTRAR, REGISTRAR))
    may = theirs if table.startswith("group_") else ""
    op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({reads})")
    if added:
        op.execute(f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({among(key, added)}{may})")
    # Whoever sees a row and may not change it is told so, instead of nothing happening.
    if changed:
        op.execute(
            f"CREATE POLICY changed ON {table} FOR UPDATE USING ({reads}) WITH CHECK ({among(key, changed)}{may})"
        )
    if removed:
        mine = " AND created_by = session_user" if table == "saved_filter" else ""
        op.execute(f"CREATE POLICY removed ON {table} FOR DELETE USING (({among(key, removed)}{may}){mine})")


def among(key: str, roles: tuple[str, ...]) -> str:
    words = ", ".join(f"'{role}'" for role in roles)
    return f"{key} = ANY ((SELECT bball_leagues({words}))::bigint[])"


# No row changes its league, nobody chooses an id, and LOCK TABLE, which needs a right on the whole table, is refused
# wherever staff do not take rows away.
COLUMNS = """
DO $$
DECLARE changed text; added text; may_add boolean;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> 'league_id' AND attidentity = ''
               AND has_column_privilege('bball_staff', attrelid, attnum, 'UPDATE')),
           string_agg(quote_ident(attname), ', ') FILTER (WHERE attidentity = '')
    INTO changed, added FROM pg_attribute
    WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    may_add := has_table_privilege('bball_staff', '{table}', 'INSERT');
    REVOKE INSERT, UPDATE ON {table} FROM bball_staff;
    IF may_add THEN EXECUTE format('GRANT INSERT (%s) ON {table} TO bball_staff', added); END IF;
    IF changed <> '' THEN EXECUTE format('GRANT UPDATE (%s) ON {table} TO bball_staff', changed); END IF;
END $$
"""
WHOLE = """
DO $$
DECLARE may_add boolean; may_change boolean;
BEGIN
    may_add := has_any_column_privilege('bball_staff', '{table}', 'INSERT');
    may_change := has_any_column_privilege('bball_staff', '{table}', 'UPDATE');
    IF '{table}' = 'scan' THEN
        REVOKE INSERT ON scan FROM bball_staff;
        GRANT INSERT, UPDATE (content, removed_at, removed_by, removed_reason) ON scan TO bball_staff;
        RETURN;
    END IF;
    REVOKE INSERT, UPDATE ON {table} FROM bball_staff;
    IF may_add THEN GRANT INSERT ON {table} TO bball_staff; END IF;
    IF may_change THEN GRANT UPDATE ON {table} TO bball_staff; END IF;
END $$
"""


def columns_only(table: str) -> None:
    op.execute(COLUMNS.format(table=table))


def downgrade() -> None:
    connection = op.get_bind()
    staff = bool(connection.scalar(text(STAFF)))
    for table, _ in connection.execute(text(TABLES)).all():
        for name in ("owner", "seen", "added", "changed", "removed"):
            op.execute(f"DROP POLICY IF EXISTS {name} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        if staff and table != NOT_FOR_STAFF:
            op.execute(WHOLE.format(table=table))
    reword(REGISTRARS, ANYBODY)
    op.execute("GRANT EXECUTE ON FUNCTION bball_reach(bigint[]) TO PUBLIC")
    for function in BEYOND:
        op.execute(f"ALTER FUNCTION {function} SECURITY INVOKER")
    for function in {*connection.scalars(text(TRIGGERS)), "bball_reach(bigint[])"} - {*PINNED_BEFORE}:
        op.execute(f"ALTER FUNCTION {function} RESET search_path")
    op.execute(
        "DROP FUNCTION bball_found(bigint, bigint, text[], boolean), bball_players_kept(bigint, text, bigint[]),"
        " bball_players_found(bigint, bigint, text, bigint), bball_guardians_found(bigint, text, bigint),"
        " bball_words(text)"
    )
    for table, _, name, kind, where, before in ADDRESSES:
        op.execute(f"DROP INDEX {name}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN address")
        op.execute(f"CREATE {kind} {name} ON {table} (league_id, {before}){where}")
    op.execute("DROP INDEX uq_scan_contract_id")
    op.execute("CREATE UNIQUE INDEX uq_scan_contract_id ON scan (contract_id, sha256) WHERE removed_at IS NULL")
    op.execute("DROP INDEX ix_contract_status")
    op.execute("CREATE INDEX ix_contract_status ON contract (league_id, season_id, status)")
    op.execute("DROP INDEX uq_group_intent_open")
    op.execute(
        "CREATE UNIQUE INDEX uq_group_intent_open ON group_intent (team_id, kind) WHERE state IN ('open', 'unresolved')"
    )
    for table, column in UNIQUE:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT uq_{table}_league_id_{column}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_{column} UNIQUE ({column})")
    for table, columns in KEYS.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns})")
    pointers = [
        *POINTERS,
        ("league", "current_season_id", "season", ""),
        ("contract", "signature_id", "signature", ""),
        *((table, column, "signature", "") for table, column in OF_A_SIGNATURE),
    ]
    for table, column, target, then in pointers:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{column} FOREIGN KEY ({column})"
            f" REFERENCES {target} (id){then}"
        )
    op.execute("ALTER TABLE signature DROP CONSTRAINT uq_signature_league_id_contract_id_id")
    for table in NAMED:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT uq_{table}_league_id_id")
    op.execute("CREATE INDEX ix_outbox_newest ON outbox (league_id, id)")
