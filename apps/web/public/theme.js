// Runs before the first paint, so that a stored choice of theme or language never flashes.
// A file of its own because the Content-Security-Policy allows no inline script of ours.
(() => {
  try {
    const root = document.documentElement;
    const theme = localStorage.getItem("agentlab.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("agentlab.language") ?? navigator.language;
    root.lang = language.toLowerCase().startsWith("fr") ? "fr" : "en";
  } catch {
    // Storage can be blocked; the system's theme and English are fine then.
  }
})();
