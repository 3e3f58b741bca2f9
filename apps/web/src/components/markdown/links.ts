/** Where a link in a document leads. */
export type Target =
  /** Another site, or an e-mail. */
  | { kind: "external"; url: string }
  /** A part of the same document. */
  | { kind: "fragment"; fragment: string }
  /** A file of the same project; `path` is relative to the workspace. */
  | { kind: "file"; path: string; fragment: string | null }
  /** Nowhere that a document may lead. */
  | { kind: "refused" };

const EXTERNAL = new Set(["http:", "https:", "mailto:"]);

/**
 * Reads an address as it stands in the document at `from` (relative to the workspace).
 *
 * Only what is recognised leads anywhere: an unknown scheme, a path out of the workspace and an
 * address that hides control characters are refused.
 */
export function targetOf(href: string, from: string): Target {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them, so `java\tscript:` would run
  if (href === "" || /[\u0000-\u001f\u007f]/.test(href)) return { kind: "refused" };
  if (href.startsWith("#")) return { kind: "fragment", fragment: decoded(href.slice(1)) };
  if (/^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(href)) return externalOf(href);
  const [address = "", fragment] = href.split("#", 2);
  const path = resolvePath(decoded(address.split("?", 1)[0] ?? ""), from);
  if (path === null) return { kind: "refused" };
  return { kind: "file", path, fragment: fragment ? decoded(fragment) : null };
}

function externalOf(href: string): Target {
  const absolute = /^[/\\]/.test(href) ? `https:${href.replaceAll("\\", "/")}` : href;
  if (!URL.canParse(absolute)) return { kind: "refused" };
  const url = new URL(absolute);
  return EXTERNAL.has(url.protocol) ? { kind: "external", url: url.href } : { kind: "refused" };
}

/** `../prd.md` in `docs/stories/1.md` is `docs/prd.md`; null for a path that leaves the workspace. */
function resolvePath(address: string, from: string): string | null {
  const steps = address.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const step of address.split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return null;
    } else if (step !== "" && step !== ".") {
      steps.push(step);
    }
  }
  return steps.length === 0 ? null : steps.join("/");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
