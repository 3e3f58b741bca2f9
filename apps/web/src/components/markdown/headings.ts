import { ID_PREFIX } from "./schema";
import type { Root } from "./tree";
import { replaceAll, textOf } from "./tree";

/** "2.1 Goals & Scope" becomes "21-goals--scope", as on GitHub, so that links between parts work. */
export function slug(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

/**
 * For each section the titles in those before it, one a line. Read from the source, because a
 * section must not wait for another to be rendered.
 */
export function titlesBefore(sections: readonly string[]): string[] {
  const titles: string[] = [];
  return sections.map((section) => {
    const before = titles.join("\n");
    for (const [, title = ""] of section.matchAll(
      /^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/gm,
    )) {
      titles.push(title.replaceAll(/[*`~[]|\]\([^)]*\)/g, ""));
    }
    return before;
  });
}

/**
 * Gives every heading an id that no id of the page itself can equal. Runs after sanitising.
 *
 * `before` has the titles of earlier sections, one a line: a title that comes again gets a number.
 */
export function rehypeHeadingIds(before: string) {
  return (tree: Root) => {
    const seen = new Map<string, number>();
    for (const title of before.split("\n")) unused(slug(title), seen);
    replaceAll(tree, (node) => {
      if (node.type === "element" && /^h[1-6]$/.test(node.tagName) && !node.properties["id"]) {
        node.properties["id"] = ID_PREFIX + unused(slug(textOf(node)), seen);
      }
      return [node];
    });
  };
}

function unused(wanted: string, seen: Map<string, number>): string {
  const times = seen.get(wanted) ?? 0;
  seen.set(wanted, times + 1);
  return times === 0 ? wanted : `${wanted}-${times}`;
}
