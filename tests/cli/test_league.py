"""`league show|set`: the values that mails and dates depend on."""

import pytest

from tests.cli.conftest import CommandLine


def test_values_are_set_shown_and_taken_away(command_line: CommandLine) -> None:
    made = command_line("init", "--league", "Westside Basketball", "--season", "Spring 2027")
    assert "league set --date-order mdy" in made.err
    assert "league set --timezone America/Chicago" in made.err
    changed = command_line(
        "league", "set", "--from-email", "office@westside.test", "--reply-to", "maria@westside.test",
        "--brand-color", "#AA3300", "--timezone", "America/Chicago", "--date-order", "mdy", "--hold-seconds", "30",
        "--language", "ES_mx",
        "--json",
    )  # fmt: skip
    assert changed.code == 0
    shown = command_line("league", "show", "--json").json
    assert shown["from_email"] == "office@westside.test"
    assert shown["brand_color"] == "#aa3300"
    assert (shown["timezone"], shown["date_order"], shown["hold_seconds"]) == ("America/Chicago", "mdy", 30)
    assert shown["language"] == "es-mx"
    assert shown["version"] == 2
    told = command_line("league", "set", "--timezone", "America/New_York")
    assert "--date-order" not in told.err, "that was said before"
    command_line("league", "set", "--date-order", "ymd")
    told = command_line("league", "set", "--timezone", "America/Chicago")
    assert "Dates are shown as Nov 23, 2026 and times as 14:05; in numbers, type 2026-11-23." in told.err
    assert "'bball-tui league set --date-order mdy' lets you type 11/23/2026 and shows 2:05 PM." in told.err
    command_line("league", "set", "--reply-to", "")
    assert command_line("league", "show", "--json").json["reply_to"] is None


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--brand-color", "red;}body{", "#rrggbb"),
        ("--logo-url", "javascript:alert(1)", "https"),
        ("--from-email", "a@b.test\r\nBcc: all@families.test", "From address"),
        ("--timezone", "Mars/Olympus", "time zone"),
        ("--name", "", "1 to 200"),
        ("--language", "Spanish!", "no language"),
        ("--hold-seconds", "-1", "86400"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_named(
    command_line: CommandLine, option: str, value: str, words: str
) -> None:
    command_line("init", "--league", "Westside Basketball")
    before = command_line("league", "show", "--json").json
    refused = command_line("league", "set", option, value)
    assert refused.code == 1
    assert words in refused.err
    assert command_line("league", "show", "--json").json == before
