"""Settings: file, environment, command line, in that order of strength; secrets never show."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_later_layers_win(config: Path) -> None:
    config.write_text('league = "file"\nworker_concurrency = 2\ntheme = "court-light"\n')
    environment = {"BBALL_CONFIG": str(config), "BBALL_LEAGUE": "environment", "BBALL_WORKER_CONCURRENCY": "3"}
    settings = load_settings(environment=environment, overrides={"league": "line", "database_url": None})
    assert (settings.league, settings.worker_concurrency, settings.theme) == ("line", 3, "court-light")
    assert settings.embedded
    assert settings.config_dir == config.parent


def test_without_anything_nothing_leaves_the_machine(tmp_path: Path) -> None:
    settings = load_settings(environment={"BBALL_CONFIG": str(tmp_path / "none.toml")})
    assert settings.mail_url is None
    assert settings.database_url is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("worker_concurrency = 0", "worker_concurrency"),
        ("color = 1", "color"),
        ("worker = 'perhaps'", "worker"),
        ("league = ", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(config: Path, text: str, words: str) -> None:
    config.write_text(text)
    with pytest.raises(BballError, match=words) as error:
        load_settings(environment={"BBALL_CONFIG": str(config)})
    assert str(config) in str(error.value)


def test_a_wrong_secret_is_not_repeated(config: Path) -> None:
    config.write_text("mail_url = ['smtp://maria:hunter2@mail.test']")
    with pytest.raises(BballError) as error:
        load_settings(environment={"BBALL_CONFIG": str(config)})
    assert "hunter2" not in str(error.value)


@given(st.text(st.characters(codec="utf-8"), min_size=8, max_size=30))
def test_a_password_is_in_no_text_of_its_url(password: str) -> None:
    for url in (f"postgresql://maria:{password}@db.test/league", f"postgresql://db.test/league?password={password}"):
        secret = SecretUrl(url)
        assert password not in str(secret)
        assert password not in repr(secret)
        assert secret.reveal() == url
