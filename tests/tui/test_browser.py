"""The browser that a mail is shown in is a program of its own, and gets no secret of ours."""

import sys
from pathlib import Path

import pytest

from bball_tui.tui.browser import open_page

BROWSER = """#!{python}
import json, os, pathlib, sys
pathlib.Path({seen!r}).write_text(json.dumps([sys.argv[1:], dict(os.environ)]))
"""


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the browser of this user notes what it was given."""
    noted = tmp_path / "seen"
    program = tmp_path / "browser"
    program.write_text(BROWSER.format(python=sys.executable, seen=str(noted)))
    program.chmod(0o700)
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", f"{program} %s")
    return noted


def test_it_opens_the_page_and_sees_no_secret(seen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBALL_MAIL_URL", "smtp://office:geheim@mail.example.org")
    monkeypatch.setenv("GROUPME_ACCESS_TOKEN", "geheim")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    assert open_page(tmp_path / "page.html")
    noted = seen.read_text()
    assert (tmp_path / "page.html").as_uri() in noted
    assert "XDG_RUNTIME_DIR" in noted
    assert "geheim" not in noted


def test_a_browser_that_is_not_there_is_no_browser(monkeypatch: pytest.MonkeyPatch, seen: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("BROWSER", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not open_page(tmp_path / "page.html")
    assert not seen.exists()
