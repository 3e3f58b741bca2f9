"""Small texts that are large or deep once their aliases are followed."""

from itertools import pairwise

AROUND = 50
EACH = 37


def nested_by_aliases() -> str:
    """A key `deep`, given again and again around what it was: about 1,850 levels in 14 KB.

    The last is what `*deepest` stands for.
    """
    names = [*(f"a{n}" for n in range(AROUND)), "deepest"]
    lines = (
        f"deep: &{name} {'{k: ' * EACH}*{inner} {'}' * EACH}\n" for inner, name in pairwise(names)
    )
    return f"deep: &{names[0]} x\n{''.join(lines)}"


def repeated_by_aliases() -> str:
    """A list that says one text of 100,000 characters 11,000 times: 1 GB in 180 KB."""
    return f'long: &long "{"x" * 100_000}"\nlist: [{", ".join(["*long"] * 11_000)}]\n'
