// Without this script the page says everything; with it, it stays current, tells the time where the
// reader is, and says so when it is no longer renewed.

const EVERY_MS = 30_000;
const STALE_MS = 3 * 60_000;

function tellLocalTimes(root) {
  const { lang } = document.documentElement;
  const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    dateStyle: "long",
    timeStyle: "short",
  });
  for (const time of root.querySelectorAll("time")) {
    time.title = time.textContent;
    time.textContent = format.format(new Date(time.dateTime));
  }
}

function openedDetails() {
  return [...document.querySelectorAll("details[open]")].map((each) => each.parentElement.id);
}

function show(main) {
  const opened = openedDetails();
  tellLocalTimes(main);
  document.querySelector("main").replaceWith(main);
  for (const id of opened) {
    document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
  }
}

function warnWhenStale(now) {
  const main = document.querySelector("main");
  main.querySelector(".stale").hidden = now - Date.parse(main.dataset.renewed) < STALE_MS;
}

/** Whether somebody is inside what would be replaced, and would lose their place. */
function isBusy() {
  const main = document.querySelector("main");
  return main.contains(document.activeElement) || !getSelection().isCollapsed;
}

async function renew() {
  try {
    const response = await fetch(location.pathname, { cache: "no-cache" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector("main[data-renewed]");
    const isNewer = main && main.dataset.renewed !== document.querySelector("main").dataset.renewed;
    if (response.ok && isNewer && !isBusy()) {
      document.title = page.title;
      show(main);
    }
    // The server's clock, which is also the prober's: the reader's may be wrong.
    warnWhenStale(Date.parse(response.headers.get("date")) || Date.now());
  } catch {
    warnWhenStale(Date.now());
  }
}

tellLocalTimes(document);
renew();
setInterval(() => document.hidden || renew(), EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || renew());
