"""Keeps an eye on a league's own templates: a file that is saved is checked within the next look."""

from bball_tui.mail.template_check import Finding, Level, check_templates
from bball_tui.mail.templates import fingerprint
from bball_tui.settings import Settings


class TemplateWatcher:
    """The errors in the league's own templates, worked out again only when a file has changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._errors: tuple[Finding, ...] = ()

    def errors(self) -> tuple[Finding, ...]:
        """What keeps a template from being used, one finding a file. A tenth of a second after a change, else at once.

        Raises:
            OSError: the folder cannot be read.
        """
        where = self._settings.template_dir
        if where is None or not where.is_dir():
            return ()
        seen = fingerprint(where)
        if seen != self._seen:
            found = [one for one in check_templates(where, self._settings) if one.level is Level.ERROR]
            self._errors = tuple({one.file: one for one in reversed(found)}.values())[::-1]
            self._seen = seen
        return self._errors
