from pathlib import Path

import pytest

from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, project_of
from tests.support.review import Review


@pytest.fixture
async def review(bob: Browser, context: Context, root: Path) -> Review:
    """A project of Bob's whose first stage has a gate."""
    folder = bmad_folder(root)
    return Review(bob, context, folder, await project_of(bob, context, folder))
