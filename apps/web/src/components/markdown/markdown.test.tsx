import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { renderScreen } from "@/mocks/render";
import { Markdown } from "./markdown";

function rendered(text: string): Element {
  const { container } = renderScreen(<Markdown text={text} path="docs/prd.md" />);
  const markdown = container.querySelector(".markdown");
  if (!markdown) throw new Error("nothing is rendered");
  return markdown;
}

/** Elements and attributes through which a document could act. */
function dangersIn(container: Element): string[] {
  const elements = container.querySelectorAll(
    "script, style, iframe, object, embed, form, link, meta, base, img, video, audio, svg script, math",
  );
  const attributes = [...container.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes]
      .filter(
        ({ name, value }) => /^on|^srcdoc$|^formaction$/i.test(name) || isBadLink(name, value),
      )
      .map(({ name, value }) => `${name}=${value}`),
  );
  return [...[...elements].map(({ outerHTML }) => outerHTML), ...attributes];
}

const isBadLink = (name: string, value: string) =>
  /^(?:href|src|xlink:href|action)$/.test(name) &&
  !/^(?:https?:|mailto:|#user-content-)/.test(value);

describe("nothing in a document can act", () => {
  test.each([
    ["a script block", "<script>alert(1)</script>"],
    ["a script in a sentence", "Hi <script>alert(1)</script> there"],
    ["a broken script", "<scr<script>ipt>alert(1)</scr</script>ipt>"],
    ["an image that fails", '<img src=x onerror="alert(1)">'],
    ["an image in a sentence", "a <img src=x onerror=alert(1)> b"],
    ["an SVG that loads", '<svg onload="alert(1)"><script>alert(2)</script></svg>'],
    ["an SVG in a sentence", "x <svg/onload=alert(1)> y"],
    ["MathML", '<math><mtext><style><img src=x onerror="alert(1)"></style></mtext></math>'],
    ["a frame", '<iframe src="javascript:alert(1)"></iframe>'],
    ["a frame with its own page", '<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
    [
      "a form",
      '<form action="https://evil.test"><button formaction="javascript:alert(1)">x</button></form>',
    ],
    ["an object", '<object data="data:text/html,<script>alert(1)</script>"></object>'],
    ["a base", '<base href="https://evil.test/">'],
    ["a refresh", '<meta http-equiv="refresh" content="0;url=https://evil.test">'],
    ["a style block", "<style>body { display: none }</style>"],
    ["a style sheet", '<link rel="stylesheet" href="https://evil.test/x.css">'],
    ["an event handler on a tag", '<b onmouseover="alert(1)">bold</b>'],
    ["details that toggle", '<details open ontoggle="alert(1)"><summary>x</summary></details>'],
    ["an unclosed comment", "<!-- <img src=x onerror=alert(1)>"],
    ["a conditional comment", "<!--[if IE]><script>alert(1)</script><![endif]-->"],
    ["CDATA", "<![CDATA[<script>alert(1)</script>]]>"],
    ["a processing instruction", '<?php echo "<script>alert(1)</script>"; ?>'],
    ["a script link", "[x](javascript:alert(1))"],
    ["a script link in disguise", "[x](JaVa&#115;cript&colon;alert(1))"],
    ["a script link with a tab", "[x](java&#9;script:alert(1))"],
    ["a script link with a newline", "[x](<java&#10;script:alert(1)>)"],
    ["a script link in angle brackets", "<javascript:alert(1)>"],
    ["a script link by reference", "[x][r]\n\n[r]: javascript:alert(1)"],
    ["a data link", "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)"],
    ["a VBScript link", "[x](vbscript:msgbox(1))"],
    ["a file link", "[x](file:///etc/passwd)"],
    ["a script image", "![x](javascript:alert(1))"],
    ["a remote image", "![x](https://evil.test/pixel.png)"],
    ["an inlined image", "![x](data:image/svg+xml,<svg onload=alert(1)>)"],
    ["an image in a link", "[![x](https://evil.test/p.png)](javascript:alert(1))"],
    ["a title that breaks out", '[x](https://a.test "\\"onclick=alert(1) x=\\"")'],
    ["a language that breaks out", '```"><script>alert(1)</script>\ncode\n```'],
    ["a table cell", "| a |\n|---|\n| <img src=x onerror=alert(1)> |"],
    ["a heading", "# <img src=x onerror=alert(1)> Title"],
    ["a footnote", "x[^1]\n\n[^1]: <script>alert(1)</script> [y](javascript:alert(1))"],
    ["front matter", "---\nx: <script>alert(1)</script>\n---\ntext"],
    ["a broken diagram", '```mermaid\ngraph TD\nA["<img src=x onerror=alert(1)>"\n```'],
  ])("%s", (_, text) => {
    expect(dangersIn(rendered(text))).toEqual([]);
  });

  test("an id cannot take the place of one of the page's own", () => {
    const container = rendered(
      "# content\n\n# __proto__\n\n# constructor\n\nx[^documents]\n\n[^documents]: y",
    );
    const ids = [...container.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids.filter((id) => !/^(?:user-content-|radix-|_r)/.test(id))).toEqual([]);
    expect(ids).toContain("user-content-content");
  });

  test("a class cannot borrow the page's looks", () => {
    const container = rendered("```fixed inset-0\ncode\n```\n\n<div class='fixed inset-0'>x</div>");
    expect(container.querySelector("[class~=fixed], [class~=inset-0]")).toBeNull();
  });
});

test("words in raw HTML are shown as source, so that nobody approves what was hidden", () => {
  rendered("<div hidden>Approve nothing</div>");
  expect(screen.getByText(/<div hidden>Approve nothing<\/div>/)).toBeVisible();
});

test("tags in a sentence are left out and its words stay; a line break stays one", () => {
  const container = rendered("Press <kbd>Ctrl</kbd> now<br>or later");
  expect(container).toHaveTextContent("Press Ctrl nowor later");
  expect(container.querySelector("br")).not.toBeNull();
});

test("a link outside opens a new tab that knows nothing of this one", () => {
  rendered("[site](https://example.com/a)");
  const link = screen.getByRole("link", { name: /site/ });
  expect(link).toHaveAttribute("href", "https://example.com/a");
  expect(link).toHaveAttribute("target", "_blank");
  expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
});

test("a link to a file of the project is rendered by whoever knows the project", () => {
  renderScreen(
    <Markdown
      text="[brief](../brief.md#goals)"
      path="docs/prd.md"
      renderFileLink={({ path, fragment }) => `${path} at ${fragment}`}
    />,
  );
  expect(screen.getByText("brief.md at goals")).toBeVisible();
});

test("a link within the document leads to its heading, also to one that comes twice", () => {
  const container = rendered("# Goals & scope\n\n## Goals & scope\n\n[a](#goals--scope-1)");
  const link = screen.getByRole("link", { name: "a" });
  const target = container.querySelector(`[id="${link.getAttribute("href")?.slice(1)}"]`);
  expect(target?.tagName).toBe("H2");
});

test("a footnote leads to its text and back", () => {
  const container = rendered("Text[^a]\n\n[^a]: The note");
  const reference = container.querySelector("sup a");
  const note = container.querySelector(`[id="${reference?.getAttribute("href")?.slice(1)}"]`);
  expect(note).toHaveTextContent("The note");
  const back = within(note as HTMLElement).getByRole("link", { name: "Back to reference 1" });
  expect(container.querySelector(`[id="${back.getAttribute("href")?.slice(1)}"]`)).toBe(reference);
});

test("an image is named and not loaded", () => {
  const container = rendered("![The flow](https://example.com/flow.png)");
  expect(screen.getByText("The flow")).toBeVisible();
  expect(screen.getByText("https://example.com/flow.png")).toBeVisible();
  expect(container.querySelector("img")).toBeNull();
});

test("front matter is folded away", () => {
  rendered("---\ntitle: A\nstatus: draft\n---\n# A");
  expect(screen.getByText("Front matter, 2 lines")).toBeVisible();
  expect(screen.getByText(/status: draft/)).not.toBeVisible();
});

test("code is coloured when its grammar is there; an unknown language stays plain", async () => {
  const container = rendered("```ts\nconst a = 1;\n```\n\n```klingon\nnuqneH\n```");
  expect(screen.getByText("nuqneH")).toBeVisible();
  const word = await screen.findByText("const", {}, { timeout: 30_000 });
  expect(word).toHaveStyle({ color: "var(--code-token-keyword)" });
  expect(container).toHaveTextContent("const a = 1;");
});

test("a diagram that cannot be drawn shows its source and a calm word", async () => {
  rendered("```mermaid\nno such diagram\n```");
  expect(
    await screen.findByText(
      "This diagram cannot be drawn. Here is its source.",
      {},
      { timeout: 15_000 },
    ),
  ).toBeVisible();
  expect(screen.getByText("no such diagram")).toBeVisible();
}, 20_000);

test("a huge diagram is not tried", async () => {
  rendered(`\`\`\`mermaid\ngraph TD\n${"A-->B\n".repeat(10_000)}\`\`\``);
  expect(
    await screen.findByText("This diagram is too large to be drawn. Here is its source."),
  ).toBeVisible();
});

test("a long text is rendered section by section, to its end", async () => {
  rendered(`# Begin\n\n${"Words of a paragraph that goes on.\n\n".repeat(3000)}\n\n# End\n`);
  expect(screen.getByRole("heading", { name: "Begin" })).toBeVisible();
  expect(screen.queryByRole("heading", { name: "End" })).toBeNull();
  expect(await screen.findByRole("heading", { name: "End" }, { timeout: 15_000 })).toBeVisible();
}, 20_000);

test("what Markdown can say has no accessibility violation, in either language", async () => {
  const text = [
    "# Title\n\n- [x] done\n- [ ] open\n",
    "| a | b |\n|:-:|--:|\n| 1 | 2 |\n",
    "> quote[^1]\n\n[^1]: note\n\n![alt](x.png)\n\n    code\n",
  ].join("\n");
  const { container } = renderScreen(<Markdown text={text} />, { language: "fr" });
  expect(screen.getByRole("checkbox", { name: "Fait" })).toBeChecked();
  expect(screen.getByRole("checkbox", { name: "À faire" })).not.toBeChecked();
  expect(await violations(container)).toEqual([]);
});
