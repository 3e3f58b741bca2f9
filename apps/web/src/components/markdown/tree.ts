import type { ExtraProps } from "react-markdown";

/** The HTML tree as react-markdown has it. */
export type Element = NonNullable<ExtraProps["node"]>;
export type Node = Element["children"][number] | Root["children"][number];
export type Root = { type: "root"; children: Element["children"] };

/** What comes instead of a node: itself, others, or nothing. */
type Replace = (node: Node, parent: Element | Root) => readonly Node[];

/** Rebuilds the tree in place, each parent before its children. */
export function replaceAll(parent: Element | Root, replace: Replace): void {
  const next = parent.children.flatMap((node) => replace(node, parent));
  parent.children = next as Element["children"];
  for (const node of parent.children) if (node.type === "element") replaceAll(node, replace);
}

/** Everything that a reader sees of a node, as plain text. */
export function textOf(node: Node | Root): string {
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}
