"""The quicker terminal of the journeys shows what pyte's own shows."""

import pyte
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.emulator import QuickScreen, QuickStream

NUMBER = st.integers(0, 30).map(str) | st.just("")
STYLES = st.sampled_from(["0", "1;31", "38;2;10;20;30", "48;5;7;4", "22;39", "", "7", "97;100"])
PIECES = st.one_of(
    st.text(st.sampled_from("ab │╭…é日́\r\n\b\t"), max_size=12),
    STYLES.map("\x1b[{}m".format),
    st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("ABCDGXPLM@d")),
    st.builds("\x1b[{}{}".format, st.sampled_from("012"), st.sampled_from("JK")),
    st.builds("\x1b[{};{}H".format, NUMBER, NUMBER),
    st.sampled_from(
        ["\x1b[?25l", "\x1b[?1049h", "\x1b[4h", "\x1b[4l", "\x1b]0;t\x07", "\x1b7", "\x1b8", "\x1bM", "\x1b(0"]
    ),
)


@example(pieces=["\n\u0301"], parts=1, looks=True)
@given(pieces=st.lists(PIECES, max_size=40), parts=st.integers(1, 9), looks=st.booleans())
def test_it_shows_what_pyte_shows(pieces: list[str], parts: int, looks: bool) -> None:
    data = "".join(pieces)
    plain, quick = pyte.Screen(20, 6), QuickScreen(20, 6)
    streams = pyte.Stream(plain), QuickStream(quick)
    for begin in range(0, len(data), parts):
        for stream in streams:
            stream.feed(data[begin : begin + parts])
        if looks:
            assert quick.display == [_text(quick, row) for row in range(6)]
    assert [[plain.buffer[row][x] for x in range(20)] for row in range(6)] == [
        [quick.buffer[row][x] for x in range(20)] for row in range(6)
    ]
    assert (plain.cursor.x, plain.cursor.y, plain.cursor.attrs) == (quick.cursor.x, quick.cursor.y, quick.cursor.attrs)
    quick.resize(4, 15)
    assert quick.display == [_text(quick, row) for row in range(4)]


def _text(screen: pyte.Screen, row: int) -> str:
    return "".join(screen.buffer[row][column].data for column in range(screen.columns))
