import { expect, test } from "vitest";
import { documentOf } from "@/mocks/world/reader";
import { foldersOf } from "./folders";

test("documents stand by folder, in their own order; those at the top by themselves", () => {
  const paths = ["README.md", "docs/a.md", "docs/stories/1.md", "docs/z.md"];
  const folders = foldersOf(paths.map((path) => documentOf({ path })));
  expect(folders.map(({ path, documents }) => [path, documents.map((d) => d.path)])).toEqual([
    ["", ["README.md"]],
    ["docs", ["docs/a.md", "docs/z.md"]],
    ["docs/stories", ["docs/stories/1.md"]],
  ]);
});
