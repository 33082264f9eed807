"""What a benchmark returns, and how it is printed."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One promise, measured: ``value`` should be at most ``limit`` (or at least, when ``at_least``)."""

    name: str
    value: float
    limit: float
    detail: str
    unit: str = "x"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def middle(samples: list[float]) -> float:
    """The median in milliseconds of samples in seconds."""
    return median(samples) * 1000


def print_table(results: list[Result]) -> None:
    width = max((len(result.name) for result in results), default=4)
    print(f"{'promise':{width}}  {'measured':>10}  {'limit':>10}        how")
    for result in results:
        sign = "≥" if result.at_least else "≤"
        print(
            f"{result.name:{width}}  {result.value:>8.2f} {result.unit:<2} {sign} {result.limit:>6g} {result.unit:<2}"
            f"  {'kept  ' if result.kept else 'MISSED'}  {result.detail}"
        )
