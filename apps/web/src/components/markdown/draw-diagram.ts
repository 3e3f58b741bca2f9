import type { Mermaid } from "mermaid";
import type { Theme } from "@/lib/theme";
import { diagramColours } from "./diagram-theme";
import type { Picture } from "./inert-svg";
import { inertPicture } from "./inert-svg";

export const DIAGRAM_CHARACTERS = 50_000;
const ARROWS = 500;

/** What a diagram may not set for itself: how safe it is, and how it looks beside the page. */
const OURS = [
  ...["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "dompurifyConfig"],
  ...["suppressErrorRendering", "theme", "themeVariables", "themeCSS", "darkMode"],
  ...["fontFamily", "altFontFamily", "htmlLabels"],
];

let lastDrawing: Promise<unknown> = Promise.resolve();
let drawings = 0;

/** Draws Mermaid's source. Throws when it does not parse. One at a time: Mermaid's settings are global. */
export function drawDiagram(source: string, theme: Theme): Promise<Picture> {
  const drawing = lastDrawing.then(() => draw(source, theme));
  lastDrawing = drawing.catch(() => undefined);
  return drawing;
}

async function draw(source: string, theme: Theme): Promise<Picture> {
  const { default: mermaid } = await import("mermaid");
  configure(mermaid, theme);
  drawings += 1;
  const { svg } = await mermaid.render(`diagram-${drawings}`, source);
  return inertPicture(svg);
}

function configure(mermaid: Mermaid, theme: Theme): void {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    maxTextSize: DIAGRAM_CHARACTERS,
    maxEdges: ARROWS,
    secure: OURS,
    theme: "base",
    themeVariables: diagramColours[theme],
    // The picture cannot use the page's fonts, and the labels are measured in this one.
    fontFamily: "system-ui, sans-serif",
    htmlLabels: false,
    flowchart: { htmlLabels: false, useMaxWidth: true },
    // It would be as wide as the window, and its words too small to read.
    gantt: { useWidth: 760 },
  });
}
