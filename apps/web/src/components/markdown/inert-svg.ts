export type Picture = {
  /** A `data:` address for an `<img>`, where no script runs and nothing is loaded. */
  src: string;
  width: number;
  height: number;
  /** What the author of the diagram said it shows. */
  title: string | null;
};

const ACTIVE = "script, iframe, object, embed, link, meta, audio, video, animate, set, image, img";

/**
 * Makes a picture of an SVG. An image is already a place without scripts and without a network; what
 * could run elsewhere is taken out all the same, in case somebody saves it and opens it.
 */
export function inertPicture(svg: string): Picture {
  // HTML's parser, because diagrams carry tags such as `<br>` that XML's would refuse.
  const root = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (!root) throw new Error("the diagram is no SVG");
  for (const active of root.querySelectorAll(ACTIVE)) active.remove();
  for (const element of [root, ...root.querySelectorAll("*")]) removeActiveAttributes(element);
  for (const node of root.querySelectorAll<SVGElement>(".node")) makeReadable(node);
  const [width, height] = sizeOf(root);
  root.setAttribute("width", String(width));
  root.setAttribute("height", String(height));
  root.style.removeProperty("max-width");
  return {
    src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(root))}`,
    width,
    height,
    title: root.querySelector(":scope > title")?.textContent?.trim() || null,
  };
}

function removeActiveAttributes(element: Element): void {
  for (const { name, value } of [...element.attributes]) {
    const isLink = /^(?:xlink:)?href$/i.test(name) && !value.startsWith("#");
    if (/^on/i.test(name) || isLink || name === "src") element.removeAttribute(name);
  }
}

/** An author's `style A fill:#9f9` was chosen for dark words; in the dark theme ours are light. */
function makeReadable(node: SVGElement): void {
  const fill = node.querySelector<SVGElement>('[style*="fill"]')?.style.getPropertyValue("fill");
  const light = fill ? lightnessOf(fill) : null;
  if (light === null) return;
  for (const text of node.querySelectorAll<SVGElement>("text, tspan")) {
    if (!/fill|color/.test(text.getAttribute("style") ?? "")) {
      text.style.setProperty("fill", light > 0.5 ? "#1a1e25" : "#ffffff", "important");
    }
  }
}

/** From 0 for black to 1 for white; null for a colour that is written in another way. */
function lightnessOf(colour: string): number | null {
  const parts =
    /^rgba?\((\d+),\s*(\d+),\s*(\d+)/.exec(colour)?.slice(1).map(Number) ?? hexOf(colour);
  const [red, green, blue] = parts ?? [];
  if (red === undefined || green === undefined || blue === undefined) return null;
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

function hexOf(colour: string): number[] | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour)?.[1];
  const pairs = digits?.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits;
  return pairs?.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? null;
}

function sizeOf(root: SVGSVGElement): [number, number] {
  const box = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  const [, , width = 0, height = 0] = box;
  return [Math.ceil(width) || 640, Math.ceil(height) || 360];
}
