"""What several tests of leagues read and none changes."""

from collections.abc import Iterator

import pytest

from tests.conftest import Server
from tests.league.many import Many, many_on


@pytest.fixture(scope="session")
def many(server: Server) -> Iterator[Many]:
    """20,000 contracts, which tests only read."""
    with many_on(server, 20_000) as made:
        yield made
