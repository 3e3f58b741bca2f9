"""`make bench`: speed and memory against the limits that we promised."""
