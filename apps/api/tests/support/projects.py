"""Small project folders in the shape of BMAD v4, and the short ways to import them."""

from pathlib import Path
from typing import Any

from agentlab.context import Context
from agentlab.worker import create_worker
from tests.support.browser import Browser

CORE_CONFIG = """\
prd:
  prdFile: docs/prd.md
  prdSharded: true
  prdShardedLocation: docs/prd
architecture:
  architectureFile: docs/architecture.md
  architectureSharded: true
  architectureShardedLocation: docs/architecture
devStoryLocation: docs/stories
qa:
  qaLocation: docs/qa
"""

WORKFLOW = """\
# A short one, for tests.
workflow:
  id: short
  name: A short workflow
  description: From a brief to a plan.
  type: greenfield
  project_types: [web-app]
  sequence:
    - agent: pm
      creates: prd.md
      notes: Write down what is needed.
    - agent: ux-expert
      creates: front-end-spec.md
      condition: has_a_face
    - agent: architect
      creates: architecture.md
      requires: prd.md
    - step: workflow_end
      action: project_complete
"""


def bmad_folder(root: Path, name: str = "reader", workflow: str = WORKFLOW) -> Path:
    """A project with a workflow of four stages and its PRD written."""
    folder = root / name
    write(folder / ".bmad-core" / "core-config.yaml", CORE_CONFIG)
    write(folder / ".bmad-core" / "install-manifest.yaml", "version: 4.44.3\n")
    write(folder / ".bmad-core" / "workflows" / "short.yaml", workflow)
    write(folder / "docs" / "prd.md", "# A reader\n\nIt reads.\n")
    return folder


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def import_body(folder: Path, **changes: Any) -> dict[str, Any]:
    """What the wizard sends."""
    names = {"client": "Maison Lumière", "service": "Reading"}
    return {"path": str(folder), **names, "workflow": "short", **changes}


async def import_it(
    browser: Browser, context: Context, folder: Path, **changes: Any
) -> dict[str, Any]:
    """Request an import, run its job, and return how it ended."""
    requested = await browser.do("/imports", import_body(folder, **changes))
    await run_jobs(context)
    ended: dict[str, Any] = await browser.read(f"/imports/{requested['id']}")
    return ended


async def run_jobs(context: Context) -> None:
    await create_worker(context).run_once()


async def project_of(browser: Browser, context: Context, folder: Path) -> dict[str, Any]:
    """Import a folder and return its project's page."""
    ended = await import_it(browser, context, folder)
    assert ended["state"] == "done", ended["error"]
    page: dict[str, Any] = await browser.read(f"/projects/{ended['project_id']}")
    return page


def stage_of(page: dict[str, Any], key: str) -> dict[str, Any]:
    stage: dict[str, Any] = next(stage for stage in page["stages"] if stage["key"] == key)
    return stage
