"""`bball-tui backup` and `restore`."""

from pathlib import Path

import click

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import narrate
from bball_tui.database import backup as backups
from bball_tui.database import embedded
from bball_tui.database.restore_note import in_words
from bball_tui.database.roles import person
from bball_tui.errors import BballError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> int:
    """Write the whole database to FILE."""
    settings = current_settings()
    if settings.database_url is not None:
        size = backups.dump(settings.database_url, file)
        noted = settings.read_only or backups.note_backup(settings.database_url)
    else:
        server = embedded.start(settings.server_dir)
        try:
            size = backups.dump(server.url(embedded.OWNER), file)
            noted = settings.read_only or backups.note_backup(server.url(person()))
        finally:
            server.release()
    narrate(f"The backup is in {file} ({size / 1024:.0f} KB). It holds personal data: keep it like the papers.")
    if not noted:
        narrate("It could not be written into the league's activity.")
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> int:
    """Replace the database with the backup FILE; the present data is kept under another name."""
    settings = current_settings()
    settings.refuse_read_only()
    if settings.database_url is not None:
        raise BballError(
            "A shared database is restored by the person who runs the server, with pg_restore. "
            "This command only restores into this program's own database."
        )
    server = embedded.start(settings.server_dir)
    try:
        made = in_words(backups.made_at(file), server.url(embedded.OWNER))
        if not yes:
            question = (
                f"The backup of {made} will take the place of the present data, without what was done since. Go on?"
            )
            click.confirm(question, abort=True, err=True)
        restored = backups.restore_embedded(server, file)
    finally:
        server.release()
    narrate(f"Restored from {file}, the backup of {made}. The activity says so.")
    if restored.erased:
        again = "1 person who was" if restored.erased == 1 else f"{restored.erased:,} people who were"
        narrate(f"Erased in it again: {again} erased since that backup.")
    if restored.waiting:
        wait = "1 e-mail waits" if restored.waiting == 1 else f"{restored.waiting} e-mails wait"
        known = f", {restored.left} of them surely" if restored.left else ""
        narrate(
            f"{wait} in it that may have gone out since the backup was made{known}. Sending is paused: cancel in the "
            "Outbox what families have already, then resume."
        )
    if restored.kept:
        narrate(
            f"The data from before is kept as database '{restored.kept}'. Once all is well, bball-tui database kept "
            "--drop deletes it."
        )
    return 0
