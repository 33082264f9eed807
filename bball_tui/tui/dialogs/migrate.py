"""Before a shared database is changed: what will happen, and that it can wait."""

from bball_tui.language import _
from bball_tui.tui.dialogs.confirm import Confirm


class MigrateDialog(Confirm):
    """True to upgrade. Starts on Cancel: others work in this database, too.

    ``database`` is its address without a password, ``sentence`` says what is pending.
    """

    HELP = """
    ## A newer program than the database
    The program needs tables or columns that this shared database does not have yet. The upgrade adds them in one
    transaction: all of it or nothing. Colleagues with an older program cannot work afterwards until they have the new
    one. Esc changes nothing.
    """

    def __init__(self, database: str, sentence: str) -> None:
        lines = [
            _("Database: {database}").format(database=database),
            sentence,
            "",
            _("It happens in one transaction: all of it, or nothing if anything fails."),
            _("Colleagues who still have the older program cannot work in this database afterwards."),
            _("Make a backup first: bball-tui backup."),
        ]
        super().__init__(_("Upgrade the shared database"), lines, _("Upgrade"), danger=True, cancel_label=_("Not now"))
