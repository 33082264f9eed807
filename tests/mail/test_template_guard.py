from pathlib import Path

from bball_tui.mail.template_guard import TemplateGuard
from tests.mail.factory import make_settings


def test_a_file_is_checked_when_it_was_saved_and_only_then(tmp_path: Path) -> None:
    own = tmp_path / "own"
    guard = TemplateGuard(make_settings(tmp_path, templates=own))
    assert guard.errors() == ()  # there is no folder yet

    (own / "contract_offered").mkdir(parents=True)
    file = own / "contract_offered" / "subject.txt"
    file.write_text("{{ one }} {{ two }}", encoding="utf-8")
    found = guard.errors()
    assert [error.file for error in found] == ["contract_offered/subject.txt"]
    assert "no variable one" in found[0].problem
    assert guard.errors() is found

    file.write_text("{{ player }}", encoding="utf-8")
    assert guard.errors() == ()
    assert TemplateGuard(make_settings(tmp_path)).errors() == ()
