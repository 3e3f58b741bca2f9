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

function sizeOf(root: SVGSVGElement): [number, number] {
  const box = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  const [, , width = 0, height = 0] = box;
  return [Math.ceil(width) || 640, Math.ceil(height) || 360];
}
