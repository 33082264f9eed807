from pathlib import Path

from bball_tui.mail.template_watcher import TemplateWatcher
from tests.mail.factory import make_settings


def test_a_file_is_checked_when_it_was_saved_and_only_then(tmp_path: Path) -> None:
    own = tmp_path / "own"
    watcher = TemplateWatcher(make_settings(tmp_path, templates=own))
    assert watcher.errors() == ()  # there is no folder yet

    (own / "contract_offered").mkdir(parents=True)
    file = own / "contract_offered" / "subject.txt"
    file.write_text("{{ one }} {{ two }}", encoding="utf-8")
    found = watcher.errors()
    assert [error.file for error in found] == ["contract_offered/subject.txt"]
    assert "no variable one" in found[0].problem
    assert watcher.errors() is found

    file.write_text("{{ player }}", encoding="utf-8")
    assert watcher.errors() == ()
    assert TemplateWatcher(make_settings(tmp_path)).errors() == ()
