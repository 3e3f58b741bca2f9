import math
import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One figure and the limit that it has to stay below."""

    what: str
    value: float
    unit: str
    limit: float
    how: str

    @property
    def is_within(self) -> bool:
        return self.value <= self.limit


def p95_of(what: str, times: list[float], limit_ms: float, how: str) -> Measurement:
    """The 95th percentile of `times`, which are seconds."""
    ordered = sorted(times)
    p95 = ordered[math.ceil(len(ordered) * 0.95) - 1] * 1000
    median = statistics.median(ordered) * 1000
    return Measurement(what, p95, "ms", limit_ms, f"p95, median {median:.1f} ms; {how}")
