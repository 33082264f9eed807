"""What the tests of worker processes share."""

from collections.abc import Iterator

import pytest

from tests.chaos.nursery import Nursery
from tests.chaos.processes import WORKER
from tests.journeys.conftest import loaded_once  # noqa: F401 - the worker commands are forked there as well


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery(WORKER) as started:
        yield started
