"""Several leagues on one computer: each sends through an account of its own, and every command says the same."""

import tomllib
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.outbox.queue import enqueue
from tests.cli.conftest import CommandLine
from tests.outbox.support import item
from tests.support.factory import make_club, make_family

NOBODYS = "that stands in {file} for all is no league's: there are 2, and none borrows another's account."
WAY_OUT = "'bball-tui --league {} mail setup'"


def settings_file(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def league(command_line: CommandLine, slug: str, mails: int = 1) -> None:
    """One with e-mails that are due."""

    async def make(session: AsyncSession) -> None:
        club = await make_club(session, name=slug.title(), slug=slug)
        family = await make_family(session, club)
        items = [item(family, f"p{n}@families.test") for n in range(mails)]
        await enqueue(session, club.league_id, items, hold_seconds=0)

    command_line.in_database(make)


def saved(file: Path) -> dict[str, object]:
    return tomllib.loads(file.read_text())


def set_up(command_line: CommandLine, slug: str) -> dict[str, str]:
    """A relay is saved for the league; returns its table."""
    relay = ("--provider", "own", "--server", "127.0.0.1", "--port", "9", "--tls", "none", "--login", "")
    ran = command_line("--league", slug, "mail", "setup", *relay, "--unchecked")
    assert (ran.code, f"for {slug} alone" in ran.err) == (0, True), ran.err
    return {"mail_url": "smtp://127.0.0.1:9?tls=none"}


def test_a_second_league_leaves_the_account_with_the_first_which_goes_on_sending(
    command_line: CommandLine, tmp_path: Path
) -> None:
    league(command_line, "one")
    common = f'mail_url = "maildir://{tmp_path}/mail"\ntemplate_dir = "{tmp_path}/own"\n'
    file = settings_file(tmp_path, f"# ours\n{common}worker_concurrency = 2\n")
    ran = command_line("init", "--league", "Two", "--slug", "two")
    assert ran.code == 0
    assert f"one goes on as before: what {file} had for all leagues is under [leagues.one] there now." in ran.err
    assert "E-mails of two wait until it has its own: bball-tui --league two mail setup" in ran.err
    assert "Next: bball-tui --league two import" in ran.err
    own = {"mail_url": f"maildir://{tmp_path}/mail", "template_dir": f"{tmp_path}/own"}
    assert saved(file) == {"worker_concurrency": 2, "leagues": {"one": own}}
    assert file.read_text().startswith("# ours\n")

    ran = command_line("worker", "--drain", "--json")
    assert (ran.code, ran.json["sent"]) == (3, 1)
    assert "one: " not in ran.err
    assert f"two: its e-mails wait. No mail server is set up yet for it here. {WAY_OUT.format('two')}" in ran.err
    alone = command_line("--league", "two", "worker", "--drain")
    assert (alone.code, WAY_OUT.format("two") in alone.err) == (1, True)
    assert command_line("--league", "one", "worker", "--drain").code == 0
    assert command_line("--league", "one", "mail", "test").code == 0

    third = command_line("init", "--league", "Three").err
    assert "three" in third
    assert "goes on as before" not in third
    assert saved(file)["leagues"] == {"one": own}


def test_the_file_of_another_place_is_left_alone_and_that_is_said(command_line: CommandLine, tmp_path: Path) -> None:
    league(command_line, "one")
    text = f'mail_url = "maildir://{tmp_path}/mail"\n'
    file = settings_file(tmp_path, text)
    elsewhere = command_line("--data-dir", tmp_path / "other", "init", "--league", "Two", "--slug", "two")
    assert f"What {file} has for all leagues is nobody's here from now on" in elsewhere.err
    assert "mail_url stands there under [leagues.one]" in elsewhere.err
    assert file.read_text() == text


def test_an_account_of_the_environment_is_for_the_league_that_is_named(
    command_line: CommandLine, tmp_path: Path
) -> None:
    league(command_line, "one")
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    said = command_line("init", "--league", "Two", "--slug", "two").err
    assert "BBALL_MAIL_URL is for the only league, or for one that --league names" in said
    assert f"under [leagues.one] in {tmp_path / 'config.toml'}" in said
    assert command_line("worker", "--drain").code == 3
    assert command_line("--league", "one", "worker", "--drain", "--json").json["sent"] == 1


def test_an_account_for_all_is_no_leagues_and_every_command_says_so(command_line: CommandLine, tmp_path: Path) -> None:
    for slug in ("one", "two"):
        league(command_line, slug)
    file = settings_file(tmp_path, f'mail_url = "maildir://{tmp_path}/mail"\n')
    ran = command_line("worker", "--drain", "--json")
    assert (ran.code, ran.json["sent"]) == (3, 0)
    for slug in ("one", "two"):
        alone = command_line("--league", slug, "worker", "--drain")
        assert (alone.code, WAY_OUT.format(slug) in alone.err) == (1, True)
        tried = command_line("--league", slug, "mail", "test")
        assert (tried.code, WAY_OUT.format(slug) in tried.err) == (1, True)
    whole, named = command_line("doctor"), command_line("--league", "one", "doctor")
    assert whole.out == named.out
    for slug in ("one", "two"):
        assert f"{slug}: no mail server is set up yet for it here, so no worker sends from here" in whole.out
        assert WAY_OUT.format(slug) in whole.out
    assert f"The mail_url {NOBODYS.format(file=file)}" in whole.out
    assert "E-mails are written to a folder" not in whole.out
    refused = command_line("mail", "setup")
    assert (refused.code, "one, two. Say which one with --league SLUG." in refused.err) == (1, True)


@pytest.mark.parametrize("own", ["", 'league = "one"\n'])
def test_to_set_up_one_league_changes_no_other(command_line: CommandLine, tmp_path: Path, own: str) -> None:
    for slug in ("one", "two"):
        league(command_line, slug)
    url = f"maildir://{tmp_path}/mail"
    file = settings_file(tmp_path, f'{own}mail_url = "{url}"\n')
    table = set_up(command_line, "two")
    if own:  # the file says whose the account is, and it stays so
        assert saved(file) == {"league": "one", "leagues": {"one": {"mail_url": url}, "two": table}}
        assert command_line("worker", "--drain", "--json").json["sent"] == 1
    else:
        assert saved(file) == {"mail_url": url, "leagues": {"two": table}}
    before = saved(file)["leagues"]
    assert isinstance(before, dict)
    assert set_up(command_line, "one") == table
    after = saved(file)["leagues"]
    assert isinstance(after, dict)
    assert (after["one"], after["two"]) == (table, before["two"])


def test_what_is_saved_for_one_league_wins_over_the_environment(command_line: CommandLine, tmp_path: Path) -> None:
    for slug in ("one", "two"):
        league(command_line, slug)
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    relay = ("--provider", "own", "--server", "127.0.0.1", "--port", "9", "--tls", "none", "--login", "")
    ran = command_line("--league", "two", "mail", "setup", *relay, "--unchecked", "--json")
    assert (ran.json["overridden_by"], "wins over" in ran.err) == (None, False)
    told = command_line("doctor").out
    assert "smtp:127.0.0.1:9 takes no e-mail" in told
    assert "BBALL_MAIL_URL is no league's" in told
