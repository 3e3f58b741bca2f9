import { expect, test } from "vitest";
import { inertPicture } from "./inert-svg";

const svg = (inside: string, attributes = 'viewBox="0 0 300 200"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`;

const drawn = (inside: string) => decodeURIComponent(inertPicture(svg(inside)).src);

test("a diagram becomes a picture of its own size", () => {
  const picture = inertPicture(svg("<title>A plan</title><g/>"));
  expect(picture).toMatchObject({ width: 300, height: 200, title: "A plan" });
  expect(picture.src).toMatch(/^data:image\/svg\+xml;charset=utf-8,%3Csvg/);
});

test("a diagram without a size gets one", () => {
  expect(inertPicture(svg("<g/>", ""))).toMatchObject({ width: 640, height: 360 });
});

test("what is no SVG is refused", () => {
  expect(() => inertPicture("<p>Syntax error</p>")).toThrow("no SVG");
});

test.each([
  ["a script", "<script>alert(1)</script>", "script"],
  ["an event handler", '<rect onload="alert(1)" onclick="alert(2)"/>', "alert"],
  ["a script in a link", '<a href="javascript:alert(1)"><text>x</text></a>', "javascript"],
  ["a link elsewhere", '<a xlink:href="https://evil.test"><text>x</text></a>', "evil"],
  ["an image from elsewhere", '<image href="https://evil.test/x.png"/>', "evil"],
  ["HTML within", '<foreignObject><img src=x onerror="alert(1)"></foreignObject>', "<img"],
  ["a frame", '<foreignObject><iframe src="https://evil.test"></iframe></foreignObject>', "evil"],
  ["an animation", '<a><animate attributeName="href" to="javascript:alert(1)"/></a>', "animate"],
])("%s is taken out", (_, inside, gone) => {
  expect(drawn(inside)).not.toContain(gone);
});

test("a reference within the diagram stays", () => {
  expect(drawn('<use href="#arrow"/>')).toContain('href="#arrow"');
});

test.each([
  ["#9f9", "#1a1e25"],
  ["rgb(20, 30, 40)", "#ffffff"],
])("words on an author's own %s stay readable", (fill, expected) => {
  const node = `<g class="node"><rect style="fill:${fill}"/><text>x</text></g>`;
  const text = new DOMParser()
    .parseFromString(drawn(node).slice(33), "text/html")
    .querySelector("text");
  expect(text?.getAttribute("style")).toContain(
    expected === "#ffffff" ? "255, 255, 255" : "26, 30, 37",
  );
});
