"""How many examples a property is tried with: few in every run, all in a thorough one (`make test-thorough`)."""

import hypothesis

THOROUGH = 100
"""What a property tries that says nothing else; also the name of the profile is `thorough`."""
USUAL = 10
"""The same in every other run."""
FEWEST = 4


def examples(thorough: int) -> int:
    """``thorough`` examples in a thorough run, in any other the part of them that its profile tries."""
    return max(min(thorough, FEWEST), thorough * hypothesis.settings().max_examples // THOROUGH)
