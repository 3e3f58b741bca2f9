"""In which order things wait: what a day of waiting costs at the client, times how many they are.

    points = weight x (days waited + days of pressure)

`weight` is the client's cost of delay, from 1 to 10. Pressure comes from a due date alone: it
begins a week before, and grows by two for each day that passes, also after the date. So what is due
in a week counts as what has no date, and what is due now as if it had waited two weeks longer. The
page says all of these numbers of each item. Ties are settled by id.
"""

PRESSURE_BEGINS_DAYS = 7
PRESSURE_A_DAY = 2

A_DAY = "86400.0"

DAYS = f"greatest(extract(epoch FROM :as_of - i.since) / {A_DAY}, 0)"
"""How long an item `i` has waited, in SQL."""

PRESSURE = f"""
    CASE WHEN i.due_at IS NULL THEN 0 ELSE {PRESSURE_A_DAY} * greatest(
        {PRESSURE_BEGINS_DAYS} - extract(epoch FROM i.due_at - :as_of) / {A_DAY}, 0) END
"""

POINTS = f"floor(1000 * i.weight * ({DAYS} + {PRESSURE}))::bigint"
"""In thousandths, so that a cursor holds them exactly."""
