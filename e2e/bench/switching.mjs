/**
 * How long switching to a project takes in a real browser: from the key or the button that goes down
 * to the frame in which the project's name is painted as the heading. Milliseconds, as JSON.
 *
 * node switching.mjs ADDRESS COOKIE PROJECT…
 */
import { chromium } from "@playwright/test";

const [address = "", cookie = "", ...projects] = process.argv.slice(2);
const [name = "", value = ""] = cookie.split("=");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || undefined,
  args: [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
});
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  await context.addCookies([{ name, value, url: address }]);
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole("main").getByRole("link").first().waitFor();
  const palette = [];
  for (const project of projects) palette.push(await byPalette(page, project));
  await page.goto(address);
  const list = [];
  for (const project of projects) list.push(await byList(page, project));
  // The first of each loads what all of them share.
  process.stdout.write(JSON.stringify({ palette: palette.slice(1), list: list.slice(1) }));
} finally {
  await browser.close();
}

async function byPalette(page, project) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(project);
  await page.getByRole("option", { name: project, selected: true }).waitFor();
  const switched = await watch(page, project);
  await page.keyboard.press("Enter");
  return switched();
}

/** Finds it there, goes to it, and back. */
async function byList(page, project) {
  await page.getByRole("main").getByRole("searchbox").fill(project);
  const link = page.getByRole("main").getByRole("link", { name: project, exact: true });
  await link.waitFor();
  const switched = await watch(page, project);
  await link.click();
  const took = await switched();
  await page.goBack();
  return took;
}

/** Listens for what the person does, and looks at every frame after it. */
async function watch(page, project) {
  const taken = await page.evaluateHandle(
    (wanted) => ({
      ms: new Promise((resolve) => {
        const look = (began) => {
          // What runs before a frame is followed by its painting, with no task in between.
          if (document.querySelector("h1")?.textContent?.includes(wanted))
            setTimeout(() => resolve(performance.now() - began));
          else requestAnimationFrame(() => look(began));
        };
        const begin = (event) => look(event.timeStamp);
        addEventListener("keydown", begin, { capture: true, once: true });
        addEventListener("pointerdown", begin, { capture: true, once: true });
      }),
    }),
    project,
  );
  return () => taken.evaluate(({ ms }) => ms);
}
