from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from agentlab.auth.models import Role
from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.projects import WORKFLOW, bmad_folder, project_of
from tests.support.review import Review


@pytest.fixture
async def review(bob: Browser, context: Context, root: Path) -> Review:
    """A project of Bob's whose first stage has a gate, and which asks nothing."""
    folder = bmad_folder(root, workflow=WORKFLOW.replace("      condition: has_a_face\n", ""))
    return Review(bob, context, folder, await project_of(bob, context, folder))


@pytest.fixture
async def grace(app: FastAPI, context: Context, ada: Browser) -> AsyncIterator[Browser]:
    """Another product owner, signed in."""
    async with Browser(app) as browser:
        await browser.join(context, "Grace Hopper", "grace@example.com", Role.PRODUCT_OWNER)
        yield browser
