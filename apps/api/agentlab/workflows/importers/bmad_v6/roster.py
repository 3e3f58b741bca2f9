"""Who does a step of BMAD v6, which its catalogue says no more since 6.2.2.

The configuration has the roster of agents with their titles; the menu of each agent, beside its
skill, names the skills that it offers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v6.configuration import read_toml, toml_layers
from agentlab.workflows.importers.bmad_v6.method_folder import FOLDER
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workspaces.notices import shown

SKILLS = (".claude/skills", ".agents/skills")
"""Where the installer puts skills for most tools."""
MENUS = "customize.toml"
MAX_AGENTS = 50
MAX_TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Roster:
    """`titles` by the agents' codes; `doers` are the titles of who offers a skill."""

    titles: Mapping[str, str] = field(default_factory=dict)
    doers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def agent_of(self, skill: str, said: str) -> str | None:
        """Who does it, with their titles; `said` is what the catalogue says of it."""
        if said:
            return self.titles.get(said, said)
        return ", ".join(self.doers.get(skill, ())) or None


def read_roster(files: ProjectFiles) -> Roster:
    """Whatever cannot be read of it is left out, with a notice."""
    titles = dict(_titles(files))
    doers: dict[str, list[str]] = {}
    for code in [code for code in titles if PurePosixPath(code).name == code][:MAX_AGENTS]:
        for skill in _offered_by(files, code):
            doers.setdefault(skill, []).append(titles[code])
    return Roster(titles, {skill: tuple(dict.fromkeys(by)) for skill, by in doers.items()})


def _titles(files: ProjectFiles) -> Iterator[tuple[str, str]]:
    """The code and title of each agent, the strongest last."""
    unheard = ProjectFiles(files.top)  # the configuration has said which of the files are broken
    for _, table in toml_layers(unheard, FOLDER):
        agents = nested(table, "agents")
        for code, agent in agents.items() if isinstance(agents, dict) else ():
            title = as_text(nested(agent, "title")) or as_text(nested(agent, "name"))
            if title:
                yield code, shown(title)[:MAX_TITLE_CHARACTERS]


def _offered_by(files: ProjectFiles, code: str) -> Iterator[str]:
    for place in SKILLS:
        path = f"{place}/{code}/{MENUS}"
        table = read_toml(files, path) if files.is_file(path) else None
        if table is not None:
            yield from _skills_in(nested(table, "agent", "menu"))
            return


def _skills_in(menu: JsonValue) -> Iterator[str]:
    for item in menu if isinstance(menu, list) else ():
        if skill := as_text(nested(item, "skill")):
            yield skill
