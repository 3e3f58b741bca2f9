"""Project folders in the shapes that BMAD's generations leave, for tests of ledgers."""

from pathlib import Path

from tests.support.projects import write

ARTEFACTS = "_bmad-output/implementation-artifacts"
PLANNING = "_bmad-output/planning-artifacts"
SPRINT = f"{ARTEFACTS}/sprint-status.yaml"
STORY = f"{ARTEFACTS}/1-2-sign-in.md"
SPEC = f"{ARTEFACTS}/spec-1-3-sign-out.md"

SPRINT_STATUS = """\
# generated: 11-20-2026 09:00
# STATUS DEFINITIONS: see the sprint plan
generated: 11-20-2026 09:00
last_updated: 2026-11-27
project: Lecteur
project_key: NOKEY
tracking_system: file-system
story_location: "{project-root}/_bmad-output/implementation-artifacts"
house_rule: kept   # nobody knows this key

development_status:
  epic-1: backlog
  1-1-accounts: done
  1-2-sign-in: in-progress   # Bob is on it
  1-3-sign-out: backlog
  epic-1-retrospective: optional

  epic-2: backlog
  2-1-feeds: 'drafted'
  2-2a-écrans: polishing
  epic-2-retrospective: optional

action_items:
  - epic: 1
    action: Write down how releases are made
    owner: Ada
    status: open
"""

EPICS = """\
---
stepsCompleted: [1, 2, 3]
inputDocuments: []
---
# Lecteur

### Epic 1: People
#### Story 1.1: Accounts
#### Story 1.2: Sign in
#### Story 1.3: Sign out

```markdown
### Epic 9: Not one of ours
#### Story 9.1: An example
```

### Epic 2: Reading
#### Story 2.1: Feeds
#### Story 2.2a: Écrans
"""

STORY_TEXT = """\
# Story 1.2: Sign in

Status: review

## Story

As a reader I sign in.
"""

SPEC_TEXT = """\
---
title: 'Sign out'
type: 'feature' # feature | bugfix | refactor | chore
created: '2026-11-26'
status: 'ready-for-dev' # draft | ready-for-dev | in-progress | in-review | done
route: 'one-shot'
context: []
---

<frozen-after-approval reason="human-owned intent">

## Intent

Status: draft

</frozen-after-approval>
"""


def bmad_v6_folder(root: Path, name: str = "lecteur") -> Path:
    """Two epics whose ledgers disagree here and there."""
    folder = root / name
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad/bmm/config.yaml", "output_folder: '{project-root}/_bmad-output'\n")
    write(folder / SPRINT, SPRINT_STATUS)
    write(folder / f"{PLANNING}/epics.md", EPICS)
    write(folder / STORY, STORY_TEXT)
    write(folder / SPEC, SPEC_TEXT)
    return folder
