"""Teams are found by an index, too: among eighty thousand of them, working their words out each time takes too long."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SIGNS = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
BLANKS = " " * (len(SIGNS) - 1)
WORDS = "bball_fold(name || ' '::text || division)"


def upgrade() -> None:
    expression = f"to_tsvector('simple'::regconfig, translate({WORDS}, '{SIGNS}', '{BLANKS}'))"
    op.add_column(
        "team", sa.Column("search", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False)
    )
    op.create_index("ix_team_search", "team", ["search"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_team_search", table_name="team")
    op.drop_column("team", "search")
