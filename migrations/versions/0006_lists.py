"""Lists at any size: what contracts are sorted by stands in their own rows; words end at every sign; saved filters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = ("draft", "offered", "accepted", "signed", "declined", "expired", "released", "void")
RANK = "CASE status " + " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(STATUSES)) + " ELSE 99 END"
SORTED_BY = ("player_key", "status_rank", "due_key", "signer_key")

# A lock on the player makes a renaming and a new contract wait for each other, so the copy is never an old name.
KEYS = """
CREATE FUNCTION bball_contract_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.player_id <> OLD.player_id THEN
        SELECT name_key INTO NEW.player_key FROM player WHERE id = NEW.player_id FOR SHARE;
        NEW.player_key := COALESCE(NEW.player_key, '');
    END IF;
    IF NEW.signature_id IS NULL THEN
        NEW.signer_key := '~';
    ELSE
        SELECT bball_fold(signer) INTO NEW.signer_key FROM signature WHERE id = NEW.signature_id;
        NEW.signer_key := COALESCE(NEW.signer_key, '~');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION bball_player_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contract SET player_key = NEW.name_key WHERE player_id = NEW.id AND player_key <> NEW.name_key;
    RETURN NULL;
END $$;
CREATE TRIGGER keys BEFORE INSERT OR UPDATE OF player_id, signature_id ON contract
    FOR EACH ROW EXECUTE FUNCTION bball_contract_keys();
CREATE TRIGGER renamed AFTER UPDATE OF first_name, last_name ON player
    FOR EACH ROW EXECUTE FUNCTION bball_player_renamed();
"""

# A renamed player is no change of the contract: who changed it last, and when, stays as it was.
STAMP_OF_ALL = "BEFORE INSERT OR UPDATE ON contract"
STAMP_OF_FACTS = """BEFORE INSERT OR UPDATE OF league_id, season_id, team_id, player_id, status, offered_on, due_on,
    signature_id, revision, status_reason, version, created_at, updated_at, updated_by ON contract"""

FILL = """
ALTER TABLE contract DISABLE TRIGGER USER;
UPDATE contract c SET
    player_key = (SELECT name_key FROM player WHERE id = c.player_id),
    signer_key = COALESCE((SELECT bball_fold(signer) FROM signature WHERE id = c.signature_id), '~');
ALTER TABLE contract ENABLE TRIGGER USER;
"""

# Every sign of ASCII separates words. PostgreSQL's own parser takes a/b for one word, and <b> for none.
SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
FEWER_SIGNS = "@._-+'"
PLAYER = "first_name || ' '::text || last_name || ' '::text || COALESCE(jersey, ''::text)"
GUARDIAN = "first_name || ' '::text || last_name || ' '::text || COALESCE(email, ''::text)"

# Plans are guesses until somebody has counted, and before PostgreSQL 17 only owners may have it counted.
analyze = """
CREATE FUNCTION bball_analyse() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN
    ANALYZE public.team, public.player, public.guardian, public.player_guardian, public.contract;
END $$;
REVOKE ALL ON FUNCTION bball_analyse() FROM PUBLIC;
"""

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON saved_filter TO bball_staff;
        GRANT EXECUTE ON FUNCTION bball_analyse() TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column("contract", sa.Column("player_key", sa.Text(collation="C"), server_default="", nullable=False))
    op.add_column("contract", sa.Column("signer_key", sa.Text(collation="C"), server_default="~", nullable=False))
    op.add_column(
        "contract",
        sa.Column("status_rank", sa.SmallInteger(), sa.Computed(f"({RANK})::smallint", persisted=True), nullable=False),
    )
    op.add_column(
        "contract",
        sa.Column(
            "due_key", sa.Date(), sa.Computed("COALESCE(due_on, '9999-12-31'::date)", persisted=True), nullable=False
        ),
    )
    op.execute(FILL)
    op.execute(KEYS)
    stamp(STAMP_OF_FACTS)
    for column in SORTED_BY:
        tail = [] if column == "player_key" else ["player_key"]
        op.create_index(f"ix_contract_{column}", "contract", ["league_id", "season_id", column, *tail, "id"])
    op.drop_index("ix_contract_team_id", table_name="contract")
    op.create_index("ix_contract_team_id", "contract", ["team_id", "player_key", "id"])
    op.create_index("ix_team_league_name_key", "team", ["league_id", "name_key", "id"])
    search(SIGNS)
    op.execute(analyze)
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_saved_filter_name")),
        sa.CheckConstraint("list IN ('teams', 'players', 'contracts')", name=op.f("ck_saved_filter_list")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_saved_filter_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "league_id", "created_by", "list", "name", name=op.f("uq_saved_filter_league_id_created_by_list_name")
        ),
    )
    op.execute(
        "CREATE TRIGGER stamp BEFORE INSERT ON saved_filter FOR EACH ROW EXECUTE FUNCTION bball_stamp_created_by()"
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("saved_filter")
    op.execute("DROP FUNCTION bball_analyse()")
    search(FEWER_SIGNS)
    op.execute("DROP TRIGGER keys ON contract")
    op.execute("DROP TRIGGER renamed ON player")
    op.execute("DROP FUNCTION bball_contract_keys()")
    op.execute("DROP FUNCTION bball_player_renamed()")
    stamp(STAMP_OF_ALL)
    op.drop_index("ix_team_league_name_key", table_name="team")
    for column in SORTED_BY:
        op.drop_index(f"ix_contract_{column}", table_name="contract")
    op.drop_index("ix_contract_team_id", table_name="contract")
    op.create_index("ix_contract_team_id", "contract", ["team_id"])
    for column in SORTED_BY:
        op.drop_column("contract", column)


def stamp(when: str) -> None:
    op.execute("DROP TRIGGER stamp ON contract")
    op.execute(f"CREATE TRIGGER stamp {when} FOR EACH ROW EXECUTE FUNCTION bball_stamp_updated()")


def search(signs: str) -> None:
    """The generated search columns again, with ``signs`` between words."""
    quoted, blanks = signs.replace("'", "''"), " " * len(signs)
    for table, words in (("player", PLAYER), ("guardian", GUARDIAN)):
        op.drop_index(f"ix_{table}_search", table_name=table)
        op.drop_column(table, "search")
        expression = f"to_tsvector('simple'::regconfig, translate(bball_fold({words}), '{quoted}', '{blanks}'))"
        op.add_column(
            table,
            sa.Column("search", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False),
        )
        op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")
