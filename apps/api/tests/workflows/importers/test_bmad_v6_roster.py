"""Who does a step: the roster of the configuration and the menus of its agents."""

from pathlib import Path

from agentlab.workflows.importers.bmad_v6.roster import Roster, read_roster
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workspaces.folder import opened_root
from tests.support.projects import write

CONFIG = """\
[agents.pm]
name = "John"
title = "Product Manager"
[agents.architect]
name = "Winston"
[agents."../../outside"]
title = "Nobody"
[agents.odd]
title = {}
"""
MENU = '[[agent.menu]]\nskill = "{}"\n[[agent.menu]]\nprompt = "Help"\n'


def read(folder: Path) -> tuple[Roster, list[str]]:
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        return read_roster(files), [notice.code for notice in files.notices]


def test_the_doers_of_a_step_are_those_whose_menus_offer_it(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/config.toml", CONFIG)
    write(
        tmp_path / "_bmad/custom/config.toml", '[agents.architect]\ntitle = "Bau\\u0000meister"\n'
    )
    write(tmp_path / ".claude/skills/pm/customize.toml", MENU.format("bmad-prd"))
    write(tmp_path / ".agents/skills/pm/customize.toml", MENU.format("bmad-other"))
    write(tmp_path / ".agents/skills/architect/customize.toml", MENU.format("bmad-prd"))
    roster, notices = read(tmp_path)
    assert notices == []
    assert roster.agent_of("bmad-prd", "") == "Product Manager, Bau\\x00meister"
    assert roster.agent_of("bmad-prd", "sm") == "sm"
    assert roster.agent_of("bmad-prd", "pm") == "Product Manager"
    assert roster.agent_of("bmad-ux", "") is None


def test_a_broken_menu_is_told_and_odd_ones_are_empty(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/config.toml", CONFIG)
    write(tmp_path / ".claude/skills/pm/customize.toml", "[[agent.menu")
    write(tmp_path / ".claude/skills/architect/customize.toml", 'agent = "x"\n')
    roster, notices = read(tmp_path)
    assert (roster.doers, notices) == ({}, ["broken_toml"])


def test_without_a_configuration_nobody_is_known(tmp_path: Path) -> None:
    assert read(tmp_path) == (Roster(), [])
