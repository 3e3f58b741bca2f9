"""The production stack, which all tests of this folder share, one after the other."""

from collections.abc import Iterator

import pytest

from support.images import VERSION, Image
from support.stack import Stack


@pytest.fixture(scope="session")
def stack(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Deployed once for the run. Who changes it leaves it as it was."""
    stack = Stack(tmp_path_factory.mktemp("installation"))
    stack.init()
    with stack.deployed(VERSION):
        yield stack
