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

function summaryOf(id) {
  return document.getElementById(id)?.querySelector("summary");
}

/** Put newer content in place; what is unfolded stays so, and the keyboard stays where it was. */
function show(main) {
  const unfolded = [...document.querySelectorAll("details[open]")].map(
    (each) => each.parentElement.id,
  );
  const focused = document.activeElement.closest("article")?.id;
  tellLocalTimes(main);
  document.querySelector("main").replaceWith(main);
  for (const id of unfolded) {
    summaryOf(id)?.parentElement.setAttribute("open", "");
  }
  if (focused) {
    summaryOf(focused)?.focus();
  }
}

function warnWhenStale(renewed, now) {
  document.querySelector(".stale").hidden = now - Date.parse(renewed) < STALE_MS;
}

async function renew() {
  const shown = document.querySelector("main").dataset.renewed;
  try {
    const response = await fetch(location.pathname, { cache: "no-cache" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector("main[data-renewed]");
    const newest = main?.dataset.renewed ?? shown;
    // Somebody who selects text would lose it; the next time is soon.
    if (newest !== shown && getSelection().isCollapsed) {
      document.title = page.title;
      show(main);
    }
    // The server's clock, which is also the prober's: the reader's may be wrong.
    warnWhenStale(newest, Date.parse(response.headers.get("date")) || Date.now());
  } catch {
    warnWhenStale(shown, Date.now());
  }
}

tellLocalTimes(document);
renew();
setInterval(() => document.hidden || renew(), EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || renew());
