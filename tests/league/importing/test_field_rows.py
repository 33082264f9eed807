"""Rows that are no players: titles, repeated headers, totals, staff, and columns that count the rows."""

from tests.league.importing.field import faults, field, names, read


def test_titles_above_and_headers_within_a_csv_file_are_left_out_and_said() -> None:
    roster = field("title-above.csv")
    assert names(roster) == [("Mia", "Lopez")]
    assert roster.rows[0].number == 4
    assert roster.notes == ("Left out as a title above the columns: row 1.",)
    roster = field("repeated-header-names.csv")
    assert names(roster) == [("Mia", "Lopez"), ("Leo", "Stone")]
    assert roster.notes == ("Left out because the header is repeated there: row 4.",)


def test_totals_are_no_players() -> None:
    roster = read("Team,First,Last,Jersey\nHawks,Ann,Lee,1\nTotal: 1,,,\nGrand total,,1,\nPlayers,,,1\n")
    assert (names(roster), roster.problems) == ([("Ann", "Lee")], ())
    assert roster.notes == ("Left out as totals, not players: rows 3, 4, 5.",)
    # A team may be called so, as long as it has a player.
    assert names(read("Team,First,Last\nTotal Hoops,Ann,Lee\n")) == [("Ann", "Lee")]


def test_a_column_that_counts_the_rows_holds_no_jerseys() -> None:
    roster = read("No.,Team,First,Last\n1,Hawks,A,Lee\n2,Hawks,B,Lee\n3,Hawks,C,Lee\n1,Owls,D,Lee\n")
    assert [row.player.jersey for row in roster.rows] == [None] * 4
    assert "“No.” counts the rows" in roster.notes[0]
    beside = read("#,Team,First,Last,Jersey\n1,Hawks,A,Lee,9\n2,Hawks,B,Lee,8\n3,Hawks,C,Lee,7\n")
    assert [row.player.jersey for row in beside.rows] == ["9", "8", "7"]
    for heading, cells in (("Jersey", "123"), ("No.", "124"), ("No.", "213")):
        lines = "".join(f"{cell},Hawks,{name},Lee\n" for cell, name in zip(cells, "ABC", strict=True))
        assert [row.player.jersey for row in read(f"{heading},Team,First,Last\n{lines}").rows] == list(cells)


def test_only_known_words_make_staff_and_a_file_of_staff_alone_is_a_fault() -> None:
    roster = field("role-positions.csv")
    assert faults(roster) == [(2, "Role"), (3, "Role"), (4, "Role")]
    assert names(roster) == [("Pat", "Reed")]
    assert roster.staff_rows == (6,)
    nobody = field("all-nonplayer.csv")
    assert nobody.rows == ()
    [problem] = nobody.problems
    assert "All 2 rows are left out as staff" in problem.problem
