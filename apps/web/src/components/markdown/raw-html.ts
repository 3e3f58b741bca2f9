import type { Element, Node, Root } from "./tree";
import { replaceAll } from "./tree";

const PHRASING = new Set(["p", "td", "th", "em", "strong", "del", "a", "code", "li"]);
const HEADING = /^h[1-6]$/;

/**
 * HTML in Markdown is never rendered. What somebody has to read is not hidden either: a block with
 * words in it is shown as source, a tag within a sentence is left out and its words stay.
 */
export function rehypeRawHtml() {
  return (tree: Root) => replaceAll(tree, instead);
}

function instead(node: Node, parent: Element | Root): readonly Node[] {
  if (!isRaw(node)) return [node];
  if (/^<br\s*\/?>$/i.test(node.value.trim())) return [element("br", [])];
  if (isWithinSentence(parent) || wordsOf(node.value) === "") return [];
  return [asSource(node.value)];
}

type Raw = { type: "raw"; value: string };

/** The node that remark makes of HTML; it is no part of the tree's own types. */
const isRaw = (node: { type: string }): node is Raw => node.type === "raw";

const isWithinSentence = (parent: Element | Root) =>
  parent.type === "element" && (PHRASING.has(parent.tagName) || HEADING.test(parent.tagName));

const wordsOf = (html: string) =>
  html
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replaceAll(/<[^>]*>/g, "")
    .trim();

const element = (tagName: string, children: Element["children"]): Element => ({
  type: "element",
  tagName,
  properties: {},
  children,
});

function asSource(html: string): Element {
  const code = element("code", [{ type: "text", value: `${html.trimEnd()}\n` }]);
  code.properties = { className: ["language-html"] };
  return element("pre", [code]);
}
