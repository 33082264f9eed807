"""What the tests of worker processes share."""

from collections.abc import Iterator

import pytest

from tests.chaos.nursery import Nursery
from tests.chaos.processes import WORKER


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery(WORKER) as started:
        yield started
