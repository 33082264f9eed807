"""Saving one setting: everything else stays, no one else can read it, and no half file is ever there."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.errors import BballError
from bball_tui.groupme.api.account import no_token, token_from
from bball_tui.groupme.api.token import Token
from bball_tui.settings import GROUPME_VARIABLE, SecretText, load_settings, overriding
from bball_tui.settings_file import hand_over, store, with_setting

URL = "smtp://office%40league.test:s%22ecret@smtp.league.test:587"
OWN = """# Ours, do not touch
league = "westside"   # the big one
mail_url = 'smtp://old:old@old.test'  # from last year

[keys]
"contract.sign" = "s,ctrl+s"
"""


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "config.toml"
    store(file, "mail_url", URL)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    settings = load_settings(environment={"BBALL_CONFIG": str(file)})
    assert settings.config_file == file
    assert settings.mail_url is not None
    assert settings.mail_url.reveal() == URL


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_order_and_tables_stay(tmp_path: Path, end: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(OWN.replace("\n", end).encode())
    file.chmod(0o644)
    store(file, "mail_url", URL)
    expected = OWN.replace("'smtp://old:old@old.test'", f'"{URL}"').replace("\n", end)
    assert file.read_bytes().decode() == expected
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


def test_a_setting_is_put_before_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\n[keys]\n"contract.sign" = "s"\n')
    store(file, "mail_url", URL)
    assert tomllib.loads(file.read_text()) == {"mail_url": URL, "keys": {"contract.sign": "s"}}
    assert "# mine" in file.read_text()


@pytest.mark.parametrize("content", [b"mail_url = smtp://maria:hunter2@x", b"\xff\xfe", b"[mail_url]\nx = 1\n"])
def test_what_cannot_be_read_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(BballError) as error:
        store(file, "mail_url", URL)
    assert "hunter2" not in str(error.value)
    assert "settings file" in str(error.value)
    assert file.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(BballError, match="is no file"):
        store(tmp_path / "config.toml", "mail_url", URL)


def test_a_link_stays_one(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text('league = "westside"\n')
    (tmp_path / "config.toml").symlink_to(kept)
    store(tmp_path / "config.toml", "mail_url", URL)
    assert (tmp_path / "config.toml").is_symlink()
    assert tomllib.loads(kept.read_text()) == {"league": "westside", "mail_url": URL}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BballError, match=r"cannot be (read|written)"):
        store(tmp_path / "file" / "config.toml", "mail_url", URL)


def test_the_environment_is_named_when_it_wins() -> None:
    assert overriding("mail_url", {"BBALL_MAIL_URL": URL}) == "BBALL_MAIL_URL"
    assert overriding("mail_url", {"BBALL_MAIL_URL": ""}) is None


keys = st.text("abc_", min_size=1, max_size=8)
scalars = st.one_of(st.booleans(), st.integers(-9, 9), st.text(st.characters(codec="utf-8"), max_size=12))


@given(
    settings=st.dictionaries(keys, scalars, max_size=4),
    table=st.dictionaries(keys, scalars, max_size=3),
    value=st.text(st.characters(codec="utf-8"), max_size=30),
    name=keys,
)
def test_whatever_else_stands_there_says_the_same(
    settings: dict[str, object], table: dict[str, object], value: str, name: str
) -> None:
    import tomlkit

    written: dict[str, object] = dict(settings)
    written["zz"] = table
    before = "# first\n" + tomlkit.dumps(written)
    after = with_setting(before, name, value)
    assert tomllib.loads(after) == tomllib.loads(before) | {name: value}
    assert after.startswith("# first\n")


def test_a_setting_of_one_league_goes_into_its_own_table(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OWN)
    hook = "https://hooks.slack.test/services/T0/B0/s3cret"
    store(file, "alert_webhook", hook, table=("leagues", "westside"))
    assert tomllib.loads(file.read_text()) == tomllib.loads(OWN) | {"leagues": {"westside": {"alert_webhook": hook}}}
    assert "# Ours, do not touch" in file.read_text()
    settings = load_settings(environment={"BBALL_CONFIG": str(file)})
    assert settings.alert_webhook is None
    assert settings.of_league("eastside") == settings
    own = settings.of_league("westside").alert_webhook
    assert own is not None
    assert own.reveal() == hook
    assert f"{own} {own!r}" == "https://hooks.slack.test/*** SecretLink('https://hooks.slack.test/***')"
    store(file, "alert_webhook", None, table=("leagues", "westside"))
    store(file, "alert_webhook", None, table=("leagues", "westside"))
    assert load_settings(environment={"BBALL_CONFIG": str(file)}).of_league("westside").alert_webhook is None


def test_what_is_no_table_is_not_taken_for_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('leagues = "westside"\n')
    with pytest.raises(BballError, match="leagues in the settings file is no table"):
        store(file, "alert_webhook", "https://x.test/y", table=("leagues", "westside"))


def test_secrets_of_leagues_are_refused_in_a_file_that_others_can_read(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[leagues.westside]\nalert_webhook = "https://x.test/s3cret"\n')
    file.chmod(0o640)
    with pytest.raises(BballError, match="chmod 600") as error:
        load_settings(environment={"BBALL_CONFIG": str(file)})
    assert "s3cret" not in str(error.value)
    file.chmod(0o600)
    load_settings(environment={"BBALL_CONFIG": str(file)})


def test_each_league_has_its_own_groupme_token_and_none_borrows(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        f'[leagues.westside]\ngroupme_token = "{"w" * 40}"\n[leagues.eastside]\ngroupme_token_env = "EASTSIDE"\n'
        '[leagues.northside]\ntemplate_dir = "/srv/north"\n'
    )
    file.chmod(0o640)
    with pytest.raises(BballError, match="chmod 600") as error:
        load_settings(environment={"BBALL_CONFIG": str(file)})
    assert "www" not in str(error.value)
    file.chmod(0o600)
    settings = load_settings(environment={"BBALL_CONFIG": str(file), "BBALL_GROUPME_TOKEN": "x" * 40})
    assert "www" not in f"{settings} {settings!r}"
    environment = {GROUPME_VARIABLE: "g" * 40, "EASTSIDE": "e" * 40}

    def token(slug: str) -> str | None:
        found = token_from(settings.of_league(slug), environment)
        return None if found is None else found.reveal()

    assert [token(slug) for slug in ("westside", "eastside", "northside")] == ["w" * 40, "e" * 40, None]
    north = no_token(settings.of_league("northside"), "northside")
    assert "The league northside has no GroupMe access token here" in north
    assert "[leagues.northside]" in north
    east = no_token(settings.of_league("eastside"), "eastside")
    assert f"the settings file {settings.config_file.name}, as groupme_token" in east
    assert "environment variable EASTSIDE" in east
    file.write_text(f'groupme_token = "{"t" * 40}"\n')
    only = load_settings(environment={"BBALL_CONFIG": str(file)})
    assert (only.groupme_token, token_from(only.of_league("westside"), {})) == (SecretText("t" * 40), Token("t" * 40))
    assert token_from(only.of_league("westside"), environment) == Token("g" * 40), "the environment wins"
    assert token_from(only.of_league("westside", several=True), environment) is None, "whose it is, no one said"


def test_whose_the_account_for_all_is_says_only_the_place_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"

    def whose(text: str, **environment: str) -> tuple[str | None, ...]:
        file.write_text(text)
        found = load_settings(environment={"BBALL_CONFIG": str(file), **environment})
        named = load_settings(environment={"BBALL_CONFIG": str(file), **environment}, overrides={"league": "east"})
        owns = [one.of_league(slug, several=True).mail_url for one in (found, named) for slug in ("west", "east")]
        return tuple(None if own is None else own.reveal() for own in owns)

    account = f'mail_url = "{URL}"\n'
    assert whose(account) == (None, None, None, None)
    assert whose(account, BBALL_LEAGUE="west") == (None, None, None, None)
    assert whose(f'league = "west"\n{account}') == (URL, None, None, None)
    assert whose("", BBALL_MAIL_URL=URL) == (None, None, None, URL)
    assert whose("", BBALL_MAIL_URL=URL, BBALL_LEAGUE="west") == (URL, None, None, URL)
    assert whose('league_of_call = true\nleague = "west"\n' + account) == (URL, None, None, None)


def test_what_stands_for_all_is_handed_to_one_league(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    names = ("mail_url", "template_dir")
    text = '# Ours\nmail_url = "{url}"  # that one\nworker = false\n\n[leagues.east]\nbounce_dir = "/b"\n\n[keys]\n'
    file.write_text(text.format(url=URL))
    assert hand_over(file, names) is None, "the file names no league"
    assert file.read_text() == text.format(url=URL)
    assert hand_over(file, names, "west") == "west"
    after = {"worker": False, "keys": {}, "leagues": {"east": {"bounce_dir": "/b"}, "west": {"mail_url": URL}}}
    assert tomllib.loads(file.read_text()) == after
    assert file.stat().st_mode & 0o777 == 0o600
    assert hand_over(file, names, "east") is None, "there is nothing left"
    file.write_text(f'league = "west"\nmail_url = "{URL}"\n')
    assert hand_over(file, names) == "west"
    assert tomllib.loads(file.read_text()) == {"league": "west", "leagues": {"west": {"mail_url": URL}}}
    file.write_text(f'mail_url = "smtp://old.test"\n[leagues.west]\nmail_url = "{URL}"\n')
    assert hand_over(file, names, "west") is None, "it has its own"
    assert hand_over(tmp_path / "none.toml", names, "west") is None
    assert not (tmp_path / "none.toml").exists()
