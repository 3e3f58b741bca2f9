"""A workflow with everything that decides its way: questions, routes, rounds; and how to ask."""

from typing import Any

import httpx

from tests.support.browser import Browser

WORKFLOW = """\
workflow:
  id: short
  name: A workflow with ways
  type: brownfield
  sequence:
    - step: classification
      agent: analyst
      action: classify enhancement scope
    - step: routing_decision
      condition: based_on_classification
      routes:
        single_story:
          agent: pm
          notes: Create a single story. Exit the workflow.
        major_enhancement:
          continue: to_next_step
          notes: Go on below.
    - step: documentation_check
      condition: major_enhancement_path
    - step: analysis
      condition: documentation_inadequate
    - agent: pm
      creates: prd.md
    - agent: architect
      updates: prd.md
      condition: documentation_inadequate
    - agent: sm
      action: create_story
      creates: story.md
      repeats: for_each_epic
    - step: repeat_development_cycle
      action: continue_for_all_stories
    - step: retrospective
      action: epic_retrospective
      optional: true
    - step: workflow_end
      action: project_complete
"""

STORY = "# Story {number}: Reading\n\n## Status\n\n{status}\n"


class Flow:
    """A project with that workflow, as one person works on it."""

    def __init__(self, browser: Browser, page: Any) -> None:
        self.browser = browser
        self.project_id = page["id"]
        self.ids = {stage["key"]: stage["id"] for stage in page["stages"]}

    async def stages(self) -> dict[str, Any]:
        page = await self.browser.read(f"/projects/{self.project_id}")
        return {stage["key"]: stage for stage in page["stages"]}

    async def states(self) -> dict[str, str]:
        """Where each stage stands; of skipped ones why."""
        return {
            key: stage["skip_cause"] or stage["state"]
            for key, stage in (await self.stages()).items()
        }

    async def answer(
        self, key: str, *, holds: bool, by: Browser | None = None, **more: Any
    ) -> httpx.Response:
        address = f"/stages/{self.ids[key]}/answer"
        return await (by or self.browser).put(address, {"holds": holds, **more})

    async def choose(self, route: str, *, by: Browser | None = None, **more: Any) -> httpx.Response:
        address = f"/stages/{self.ids['routing_decision']}/route"
        return await (by or self.browser).put(address, {"route": route, **more})

    async def complete(self, *keys: str, **body: Any) -> httpx.Response:
        """The last reply; all have to succeed but that one."""
        for key in keys[:-1]:
            await self.browser.do(f"/stages/{self.ids[key]}/completion")
        return await self.browser.post(f"/stages/{self.ids[keys[-1]]}/completion", body or None)
