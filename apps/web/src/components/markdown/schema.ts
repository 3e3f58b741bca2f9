import type { Options } from "rehype-sanitize";

/** Ids in a document carry it, so that none can take the place of one of the page's own. */
export const ID_PREFIX = "user-content-";

/**
 * What may stand in a rendered document: what Markdown itself can say, and nothing more. GitHub's
 * schema is wider because it has to let raw HTML through; ours never does (see `raw-html.ts`).
 */
export const schema: Options = {
  tagNames: [
    ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "hr", "br", "pre", "code"],
    ...["ul", "ol", "li", "input", "table", "thead", "tbody", "tr", "th", "td"],
    ...["a", "img", "em", "strong", "del", "sup", "section"],
  ],
  attributes: {
    a: [
      "href",
      "title",
      "id",
      "ariaDescribedBy",
      "ariaLabel",
      "dataFootnoteRef",
      "dataFootnoteBackref",
    ],
    code: [["className", /^language-[\w+#.-]{1,40}$/]],
    h2: ["id", ["className", "sr-only"]],
    img: ["src", "alt", "title"],
    input: [["type", "checkbox"], "checked", ["disabled", true]],
    li: ["id", ["className", "task-list-item"]],
    ol: ["start", ["className", "contains-task-list"]],
    section: ["dataFootnotes", ["className", "footnotes"]],
    td: ["align"],
    th: ["align"],
    ul: [["className", "contains-task-list"]],
  },
  protocols: { href: ["http", "https", "mailto"], src: ["http", "https"] },
  required: { input: { type: "checkbox", disabled: true } },
  ancestors: {
    thead: ["table"],
    tbody: ["table"],
    tr: ["table"],
    th: ["table"],
    td: ["table"],
  },
  clobber: ["ariaDescribedBy", "ariaLabelledBy", "id", "name"],
  clobberPrefix: ID_PREFIX,
  strip: ["script", "style"],
};
