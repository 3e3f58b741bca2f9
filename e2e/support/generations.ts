/** Projects of both generations of BMAD at their end, laid out as the method itself does. */

import { bmadProject, bmadV6Project, documents } from "./projects.ts";

export type Generation = {
  name: "v4" | "v6";
  workflow: RegExp;
  /** Its package installed into a new folder, with all that its agents write on the way. */
  make: (root: string, folder: string) => Promise<string>;
  /** Decisions from the first gate to the last, each by one approval. */
  gates: number;
};

const GOALS = ["lists", "marks", "shares", "sorts", "prints", "speaks", "sleeps", "wakes"];

/** Long enough that what did not change in it is folded away. */
const PRD = `# Feed reader PRD

It reads what people follow.

## Requirements

${GOALS.map((goal, at) => `- FR${at + 1}: it ${goal}.`).join("\n")}
`;

const ARCHITECTURE = `# Architecture

One process reads and serves.

## Decisions

${GOALS.map((goal, at) => `- AD-${at + 1}: what ${goal} is a module of its own.`).join("\n")}
`;

/** At the places that its \`core-config.yaml\` names. */
const V4_FILES = {
  "docs/prd.md": PRD,
  "docs/prd/index.md": "# Feed reader PRD\n\n- [Epic 1](./epic-1-reading.md)\n",
  "docs/prd/epic-1-reading.md": "# Epic 1: Reading\n\n## Story 1.1: Lists\n",
  "docs/architecture.md": ARCHITECTURE,
  "docs/architecture/index.md": "# Architecture\n\n- [Tech stack](./tech-stack.md)\n",
  "docs/architecture/coding-standards.md": "# Coding standards\n\nShort functions.\n",
  "docs/architecture/source-tree.md": "# Source tree\n\nOne package.\n",
  "docs/architecture/tech-stack.md": "# Tech stack\n\nPython.\n",
  "docs/stories/1.1.lists.md": `# Story 1.1: Lists

## Status

Done

## Story

**As a** reader, **I want** one list, **so that** I miss nothing.

## QA Results

Gate: PASS → docs/qa/gates/1.1-lists.yml
`,
  "docs/qa/gates/1.1-lists.yml": `schema: 1
story: "1.1"
story_title: Lists
gate: PASS
status_reason: All criteria are met.
reviewer: Quinn
updated: "2026-11-24T10:00:00Z"
top_issues: []
waiver: { active: false }
`,
  "docs/epic-retrospective.md": "# Retrospective of epic 1\n\nIt went well.\n",
};

const OUTPUT = "_bmad-output";
const PLANNING = `${OUTPUT}/planning-artifacts`;
const IMPLEMENTATION = `${OUTPUT}/implementation-artifacts`;
const DAY = "2026-11-24";
const run = (kind: string) => `${kind}-feed-reader-${DAY}`;
const frontmatter = `---
title: Feed reader
status: final
created: ${DAY}
updated: ${DAY}
---
`;
const memlog = "# Memlog\n\n- decision: one list for everything.\n";

/** As 6.12's skills write them: a dated folder for each run, with its log beside what it wrote. */
const V6_FILES = {
  [`${PLANNING}/briefs/${run("brief")}/brief.md`]: `${frontmatter}# Product Brief: Feed reader\n`,
  [`${PLANNING}/briefs/${run("brief")}/.memlog.md`]: memlog,
  [`${PLANNING}/prds/${run("prd")}/prd.md`]: frontmatter + PRD,
  [`${PLANNING}/prds/${run("prd")}/addendum.md`]: "# Addendum\n\nFeeds grow by a tenth a year.\n",
  [`${PLANNING}/prds/${run("prd")}/.memlog.md`]: memlog,
  [`${PLANNING}/architecture/${run("architecture")}/ARCHITECTURE-SPINE.md`]:
    frontmatter + ARCHITECTURE,
  [`${PLANNING}/architecture/${run("architecture")}/.memlog.md`]: memlog,
  [`${PLANNING}/epics.md`]: `---
stepsCompleted: [1, 2, 3, 4]
inputDocuments: [prd.md, ARCHITECTURE-SPINE.md]
---
# Feed reader - Epic Breakdown

## Epic 1: Reading

### Story 1.1: Lists

As a reader, I want one list, So that I miss nothing.
`,
  [`${OUTPUT}/specs/spec-lists/SPEC.md`]: `---
id: spec-lists
companions: []
sources: [prd.md]
---
# Lists

One list for everything.
`,
  [`${OUTPUT}/specs/spec-lists/.memlog.md`]: memlog,
  [`${IMPLEMENTATION}/sprint-status.yaml`]: `# STATUS DEFINITIONS: see the sprint planning skill.
generated: 11-24-2026 10:00
last_updated: 11-24-2026 12:00
project: feed-reader
project_key: NOKEY
tracking_system: file-system
story_location: "${IMPLEMENTATION}"

development_status:
  epic-1: done
  1-1-lists: done # reviewed twice
  epic-1-retrospective: done
`,
  [`${IMPLEMENTATION}/spec-1-1-lists.md`]: `---
title: Lists
type: feature
created: '${DAY}'
status: done
route: dispatch
review_loop_iteration: 1
context: []
---

<frozen-after-approval reason="human-owned intent">

## Intent

**Problem:** Readers miss articles.

</frozen-after-approval>
`,
  [`${IMPLEMENTATION}/epic-1-retro-${DAY}.md`]: `---
epic: 1
date: ${DAY}
verdict: accepted
criteria: declared
headless: false
---
# Retrospective of epic 1
`,
};

function installed(project: Generation["make"], files: Record<string, string>): Generation["make"] {
  return async (root, name) => {
    const folder = await project(root, name);
    await documents(folder, files);
    return folder;
  };
}

export const generations: readonly Generation[] = [
  {
    name: "v4",
    workflow: /^Greenfield Service/,
    make: installed(bmadProject, V4_FILES),
    gates: 6,
  },
  {
    name: "v6",
    workflow: /^BMad Method/,
    make: installed(bmadV6Project, V6_FILES),
    gates: 5,
  },
];
