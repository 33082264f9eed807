"""Two seasons of a league that differ only by capital letters are one by mistake: no second one is taken."""

import sqlalchemy as sa
from alembic import op

from bball_tui.errors import BballError

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

CLASHES = sa.text(
    "SELECT league.name, string_agg(format('%s (%s)', season.name, season.id), ', ' ORDER BY season.id)"
    " FROM season JOIN league ON league.id = season.league_id"
    " GROUP BY league.id, league.name, lower(season.name) HAVING count(*) > 1 ORDER BY 1, 2"
)


def upgrade() -> None:
    """Unique without regard to case; nothing is renamed, for which of two is right only staff know."""
    clashes = [f"{league}: {seasons}" for league, seasons in op.get_bind().execute(CLASHES)]
    if clashes:
        raise BballError(
            f"These seasons of one league have the same name but for capital letters: {'; '.join(clashes)}. Nothing "
            "was changed. Rename one of them with the version of bball-tui that you had, 'bball-tui seasons edit "
            "ID --name NAME', or delete it there if it is empty; then start this one again."
        )
    op.create_index("uq_season_name_lower", "season", ["league_id", sa.text("lower(name)")], unique=True)


def downgrade() -> None:
    """Names that differ by case may stand beside each other again."""
    op.drop_index("uq_season_name_lower", table_name="season")
