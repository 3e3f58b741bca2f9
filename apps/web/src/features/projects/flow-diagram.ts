import type { Stage } from "@/api/projects";
import { MARK } from "@/components/markdown/diagram-theme";
import { spaced } from "@/components/routes";

/**
 * The template's own diagram, read as far as it is a Mermaid flowchart: its boxes and arrows as
 * text, and which box stands for a stage. Diagrams are written by strangers: what is not understood
 * is left out, and nothing here may take long.
 */

export type Arrow = { from: string; to: string; label: string };

const FLOWCHART = /^\s*(?:graph|flowchart)\b/;
const MOST_LINES = 1_000;
const LONGEST_LINE = 1_000;
/** `A["pm: prd.md"]`, `C{Size?}`, `D(Text)`. */
const BOX =
  /(?<![\w-])([A-Za-z][\w-]{0,40})(?:\[{1,2}|\({1,2}|\{{1,2})"?([^\]"){}]{1,200})"?(?:\]{1,2}|\){1,2}|\}{1,2})/g;
/** Between two boxes: `-->`, `-.->`, `==>`, with a label as `-->|Yes|` or `-- yes -->`. */
const LINK =
  /^([A-Za-z][\w-]{0,40})\s*(?:--\s+([^-|>]{1,80}?)\s+-->|-->|---|-\.->|==>)\s*(?:\|"?([^|"]{1,80})"?\|)?\s*([A-Za-z][\w-]{0,40})/;

function linesOf(source: string): string[] {
  if (!FLOWCHART.test(source)) return [];
  return source
    .split("\n", MOST_LINES)
    .filter(
      (line) =>
        line.length <= LONGEST_LINE && !/^\s*(?:style|classDef|class|linkStyle)\b/.test(line),
    );
}

function boxesOf(lines: readonly string[]): Map<string, string> {
  const boxes = new Map<string, string>();
  for (const line of lines) {
    for (const [, id = "", label = ""] of line.matchAll(BOX)) boxes.set(id, label.trim());
  }
  return boxes;
}

/** The arrows between the ids of boxes. */
function linksOf(lines: readonly string[]): Arrow[] {
  return lines.flatMap((line) => {
    const link = LINK.exec(line.replace(BOX, "$1").trim());
    if (!link) return [];
    const [, from = "", before, on, to = ""] = link;
    return [{ from, to, label: (on ?? before ?? "").trim() }];
  });
}

/** The arrows of a flowchart, for those who do not see it; empty for any other diagram. */
export function arrowsOf(source: string): Arrow[] {
  const lines = linesOf(source);
  const boxes = boxesOf(lines);
  const named = (id: string) => boxes.get(id) ?? id;
  return linksOf(lines).map(({ from, to, label }) => ({ from: named(from), to: named(to), label }));
}

/** The id of the box that stands for a stage; null when none does, or several might. */
export function boxOf(source: string, stage: Stage): string | null {
  const lines = linesOf(source);
  const found = stage.routes ? forksOf(lines, Object.keys(stage.routes)) : worksOf(lines, stage);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The boxes from which arrows lead that are called like at least two of the routes. */
function forksOf(lines: readonly string[], routes: readonly string[]): string[] {
  const names = new Set(routes.map((route) => spaced(route).toLowerCase()));
  const ways = new Map<string, number>();
  for (const { from, label } of linksOf(lines)) {
    if (names.has(label.toLowerCase())) ways.set(from, (ways.get(from) ?? 0) + 1);
  }
  return [...ways].filter(([, count]) => count > 1).map(([id]) => id);
}

/** The boxes that name the agent, and what it makes or does. */
function worksOf(lines: readonly string[], stage: Stage): string[] {
  const wanted = wordsOf(stage);
  const agents = (stage.agent ?? "").split("/").filter(Boolean);
  return [...boxesOf(lines)]
    .filter(([, label]) => {
      const [first = "", ...rest] = label.toLowerCase().split(":");
      const text = rest.join(":");
      return (
        agents.some((agent) => first.includes(agent)) && wanted.some((word) => text.includes(word))
      );
    })
    .map(([id]) => id);
}

/** What the label of a stage's box may say: the file that it makes, or what it does. */
function wordsOf(stage: Stage): string[] {
  const files = stage.artefacts
    .filter(({ role }) => role !== "requires")
    .map(({ label }) => label.split(" ")[0] ?? "");
  const action = (stage.action ?? "").replaceAll("_", " ");
  const uses = stage.uses ?? "";
  return [...files, action, uses]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length > 2);
}

/** The diagram as it is drawn: the boxes of these stages are marked. */
export function markedDiagram(source: string, stages: readonly Stage[]): string {
  const marks = stages.flatMap((stage) => {
    const id = boxOf(source, stage);
    return id === null ? [] : [`style ${id} ${MARK}`];
  });
  return marks.length === 0 ? source : [source.trimEnd(), ...marks].join("\n");
}
