"""An order in which nothing comes before what it builds on."""

import heapq
from collections.abc import Collection, Iterator, Mapping


def after_all_before(count: int, after: Mapping[int, Collection[int]]) -> Iterator[int]:
    """Each place below `count` once all before it have come, the lowest first.

    `after` gives the places that follow a place. Those of a circle, and what follows it, never
    come.
    """
    waiting = [0] * count
    for followers in after.values():
        for follower in followers:
            waiting[follower] += 1
    ready = [at for at in range(count) if not waiting[at]]
    while ready:
        at = heapq.heappop(ready)
        yield at
        for follower in after.get(at, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, follower)
