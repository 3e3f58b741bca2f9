/** Documents are drawn as people know them, and never run anything. */

import { expect } from "@playwright/test";
import { documents, shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

const HOSTILE = `# Hostile

<script>window.ran = "script"</script>
<img src=x onerror="window.ran = 'img'">
<svg onload="window.ran = 'svg'"><script>window.ran = 'svg script'</script></svg>
<iframe srcdoc="<script>parent.ran = 'iframe'</script>"></iframe>
<a href="javascript:window.ran='a'">raw link</a>
<form action="https://evil.example"><input name="q"><button>send</button></form>
<style>body { display: none }</style>

[script link](javascript:window.ran='md')
[data link](data:text/html,<script>window.ran='data'</script>)
![tracker](https://evil.example/pixel.gif)

\`\`\`mermaid
flowchart LR
  a["<img src=x onerror=window.ran='mermaid'>"] --> b
  click a "javascript:window.ran='click'"
\`\`\`

\`\`\`mermaid
this is no diagram at all {{{
\`\`\`

The end.
`;

const PLAIN = `# Everything

- [x] done
- [ ] open

| a | b |
|---|---|
| 1 | 2 |

\`\`\`python
def hello() -> str:
    return "hello"
\`\`\`

\`\`\`mermaid
sequenceDiagram
  Reader->>Feed: give me articles
\`\`\`
`;

test("nothing in a hostile document runs or calls home", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "hostile");
  await documents(folder, { "docs/hostile.md": HOSTILE });
  const project = await importFolder(ada, agentlab, folder, "short");
  const elsewhere: string[] = [];
  ada.on("request", (request) => {
    if (!request.url().startsWith(agentlab.url) && !request.url().startsWith("data:"))
      elsewhere.push(request.url());
  });
  const dialogs: string[] = [];
  ada.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await ada.goto(`${agentlab.url}/projects/${project}`);
  await ada.getByRole("link", { name: "Hostile" }).first().click();
  await expect(ada.getByText("The end.")).toBeVisible();
  await expect(ada.getByText("This diagram cannot be drawn.")).toBeVisible();
  await expect(ada.getByRole("img", { name: /^Diagram/ })).toBeVisible();
  for (const link of await ada.locator("article a").all()) {
    expect(await link.getAttribute("href")).not.toMatch(/^\s*(javascript|data|vbscript):/i);
  }
  expect(await ada.locator("article :is(script, iframe, form, style:not(svg style))").count()).toBe(
    0,
  );
  expect(await ada.evaluate(() => (window as { ran?: string }).ran)).toBeUndefined();
  expect([elsewhere, dialogs]).toEqual([[], []]);
});

test("tables, tasks, code and diagrams are drawn", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "plain");
  await documents(folder, { "docs/everything.md": PLAIN });
  const project = await importFolder(ada, agentlab, folder, "short");
  await ada.goto(`${agentlab.url}/projects/${project}`);
  await ada.getByRole("link", { name: "Everything" }).first().click();
  await expect(ada.getByRole("cell", { name: "2" })).toBeVisible();
  await expect(ada.getByRole("checkbox").first()).toBeChecked();
  const diagram = ada.getByRole("img", { name: /^Diagram/ });
  await expect(diagram).toBeVisible();
  expect(await diagram.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100);
  const keyword = ada.locator("article pre span", { hasText: /^def$/ });
  await expect(keyword.first()).toBeVisible();
});

test("every version stays readable", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "versions");
  const project = await importFolder(ada, agentlab, folder, "short");
  await documents(folder, { "docs/prd.md": "# A reader, again\n" });
  await ada.goto(`${agentlab.url}/projects/${project}`);
  await ada.getByRole("button", { name: "Scan folder" }).click();
  await expect(ada.getByText("Folder scanned").first()).toBeVisible();
  await ada.getByRole("link", { name: "A reader, again" }).first().click();
  await expect(
    ada.getByRole("heading", { level: 1, name: "A reader, again" }).first(),
  ).toBeVisible();
  await ada.goto(`${ada.url()}?version=1`);
  await expect(ada.getByText("This is version 1, not the newest one")).toBeVisible();
  await expect(ada.getByText("It reads.")).toBeVisible();
});
