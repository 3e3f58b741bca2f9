/** Project folders for the journeys. */

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Install the real BMAD v4 into a new folder, as a user would, and write some documents. */
export async function bmadProject(root: string, name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  const installer = ["--yes", "bmad-method@4.44.3", "install", "--full", "--ide", "claude-code"];
  await run("npx", [...installer, "--directory", folder], { cwd: folder });
  await documents(folder, {
    "README.md": "# Feed reader\n\nReads feeds.\n",
    "docs/brief.md": BRIEF,
    "docs/prd.md": "# Feed reader PRD\n\n- FR1: it reads.\n",
  });
  return folder;
}

/** The same with the real BMAD v6, without documents. */
export async function bmadV6Project(root: string, name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  const installer = ["--yes", "bmad-method@6.12.0", "install", "--directory", folder];
  const answers = ["--modules", "bmm", "--tools", "claude-code", "--yes", "--user-name", "Ada"];
  await run("npx", [...installer, ...answers], { cwd: folder });
  return folder;
}

export async function documents(folder: string, contents: Record<string, string | Buffer>) {
  for (const [path, content] of Object.entries(contents)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

export const BRIEF = `# Project brief: feed reader

| Who | Needs |
|---|---|
| Reader | one list |

\`\`\`mermaid
flowchart LR
  feed[Feed] --> reader[Reader]
\`\`\`

\`\`\`python
def read(feed: Feed) -> list[Article]:
    return sorted(feed.articles)
\`\`\`
`;

/** A small project of two stages, for journeys that are not about BMAD itself. */
export async function shortProject(root: string, name: string): Promise<string> {
  const folder = join(root, name);
  await documents(folder, {
    ".bmad-core/core-config.yaml": "prd:\n  prdFile: docs/prd.md\n",
    ".bmad-core/install-manifest.yaml": "version: 4.44.3\n",
    ".bmad-core/workflows/short.yaml": SHORT,
    "docs/prd.md": "# A reader\n\nIt reads.\n",
  });
  return folder;
}

const SHORT = `workflow:
  id: short
  name: A short workflow
  sequence:
    - agent: pm
      creates: prd.md
    - agent: architect
      creates: architecture.md
      requires: prd.md
`;
