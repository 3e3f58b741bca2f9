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
