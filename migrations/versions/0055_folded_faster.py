"""Names are folded, and the searched words made, in a fraction of the time. What is stored stays the same.

`translate` looks at each sign of a text for each sign that is replaced, which for the searched words of a guardian took
fifty microseconds: more than all the rest of a row. A text of ASCII alone has no accents to be taken off.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0053"
branch_labels = None
depends_on = None

# Not STRICT, or PostgreSQL would call it for every row instead of reading it as a part of the statement.
FOLD = r"""
CREATE OR REPLACE FUNCTION bball_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(value) = length(value) THEN lower(value) ELSE lower(translate(
        regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
        'ŁłØøĐđŦŧÞþıß’', $q$LlOoDdTtTtis'$q$)) END
$$
"""
FOLD_BEFORE = r"""
CREATE OR REPLACE FUNCTION bball_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(translate(
        regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
        'ŁłØøĐđŦŧÞþıß’', $q$LlOoDdTtTtis'$q$))
$$
"""
PERSON = "first_name || ' '::text || last_name || ' '::text || COALESCE({}, ''::text) || ' '::text || merged_names"
WORDS = {
    "team": "name || ' '::text || division",
    "player": PERSON.format("jersey"),
    "guardian": PERSON.format("email"),
}
SPACED = "regexp_replace(bball_fold({}), '[][!\"#$%&''()*+,./:;<=>?@\\\\^_`{{|}}~-]', ' ', 'g')"
SPACED_BEFORE = "translate(bball_fold({}), '!\"#$%&''()*+,-./:;<=>?@[\\]^_`{{|}}~', '" + 32 * " " + "')"


def upgrade() -> None:
    search(FOLD, SPACED)


def downgrade() -> None:
    search(FOLD_BEFORE, SPACED_BEFORE)


def search(fold: str, spaced: str) -> None:
    """The columns of searched words, made again, and counted again: else every plan about them would be a guess."""
    op.execute("SELECT bball_drop_masks()")
    op.get_bind().exec_driver_sql(fold)
    for table, words in WORDS.items():
        made = sa.Computed(f"to_tsvector('simple'::regconfig, {spaced.format(words)})", persisted=True)
        op.drop_column(table, "search")
        op.add_column(table, sa.Column("search", postgresql.TSVECTOR(), made, nullable=False))
        op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")
    op.execute("SELECT bball_make_masks()")
    op.execute(f"ANALYZE {', '.join(WORDS)}")
