"""What the tests of worker processes share."""

from collections.abc import Iterator

import pytest

from tests.chaos.nursery import Nursery
from tests.chaos.processes import WORKER
from tests.journeys.loaded_program import end_loaded_program


@pytest.fixture(scope="session", autouse=True)
def loaded_once(nothing_left_running: None) -> Iterator[None]:
    """Whoever forks the worker commands ends with them."""
    yield
    end_loaded_program()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery(WORKER) as started:
        yield started
