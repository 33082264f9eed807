"""No flood: whatever happens, one message for each cause and hour, and one when it is over."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import AlertCause
from bball_tui.delivery.alerts.rule import QUIET, Finding, Notice, Stage, due, noted, told

START = datetime(2027, 1, 9, 22, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)


def finding(
    count: int = 1, cause: AlertCause = AlertCause.FAILED, *, since: datetime = START, detail: str = ""
) -> Finding:
    return Finding(cause, since, count, "", (), detail)


class Channel:
    """One channel of one cause, looked at again and again; it always takes what it is told."""

    def __init__(self) -> None:
        self.notice = Notice()
        self.said: list[tuple[int, Stage]] = []

    def look(self, minute: int, found: Finding | None) -> Stage | None:
        now = START + timedelta(minutes=minute)
        self.notice = noted(self.notice, found, now)
        stage = due(self.notice, found, now, PATIENCE)
        if stage is not None:
            self.notice = told(self.notice, found, now)
            self.said.append((minute, stage))
        return stage


def test_a_failure_is_told_at_once_more_of_them_after_an_hour_and_the_end_once() -> None:
    channel = Channel()
    for minute in range(3):
        channel.look(minute, finding(3))
    for minute in range(3, 90):
        channel.look(minute, finding(53))
    for minute in range(90, 200):
        channel.look(minute, None)
    assert channel.said == [(0, Stage.BEGINS), (60, Stage.GOES_ON), (90, Stage.OVER)]


def test_what_does_not_change_is_told_again_after_a_day() -> None:
    channel = Channel()
    for minute in range(0, 3 * 24 * 60, 5):
        channel.look(minute, finding())
    assert [minute for minute, _ in channel.said] == [0, 24 * 60, 48 * 60]


def test_new_failures_are_news_also_when_others_were_dealt_with() -> None:
    channel = Channel()
    for minute, count in ((0, 3), (10, 1), (65, 2)):
        channel.look(minute, finding(count))
    assert channel.said == [(0, Stage.BEGINS), (65, Stage.GOES_ON)]


def test_what_passes_by_itself_is_never_told() -> None:
    channel = Channel()
    for minute in range(14):
        channel.look(minute, finding(cause=AlertCause.HELD, since=START + timedelta(minutes=minute)))
    channel.look(14, None)
    assert channel.said == []
    for minute in range(20, 40):
        channel.look(minute, finding(cause=AlertCause.HELD, since=START + timedelta(minutes=minute)))
    assert channel.said == [(35, Stage.BEGINS)]


def test_whoever_looks_seldom_believes_what_says_since_when_it_is() -> None:
    channel = Channel()
    assert channel.look(20, finding(cause=AlertCause.WORKER, since=START)) is Stage.BEGINS


def test_another_trouble_is_news() -> None:
    channel = Channel()
    channel.look(0, finding(detail="outage"))
    assert channel.look(61, finding(detail="auth")) is Stage.GOES_ON


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.one_of(st.none(), st.builds(finding, st.integers(1, 9)))),
        max_size=200,
    )
)
def test_nobody_is_flooded(looks: list[tuple[int, Finding | None]]) -> None:
    channel = Channel()
    minute = 0
    for wait, found in looks:
        minute += wait
        channel.look(minute, found)
    troubles = [minute for minute, stage in channel.said if stage is not Stage.OVER]
    assert all(later - earlier >= QUIET / timedelta(minutes=1) for earlier, later in pairwise(troubles))
    spoken = [stage for _, stage in channel.said]
    for before, after in zip([Stage.OVER, *spoken], spoken, strict=False):
        assert (after is Stage.BEGINS) is (before is Stage.OVER)
