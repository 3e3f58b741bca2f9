const FENCED = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;

export type Parts = {
  /** The YAML between the two fences; null when the text has none. */
  frontMatter: string | null;
  body: string;
};

/** Parts the YAML at the very top from the text that people read. */
export function splitFrontMatter(text: string): Parts {
  const match = FENCED.exec(text);
  const yaml = match?.[1];
  if (match === null || yaml === undefined || !looksLikeYaml(yaml)) {
    return { frontMatter: null, body: text };
  }
  return { frontMatter: yaml, body: text.slice(match[0].length) };
}

/** Two thematic breaks with prose between them are no front matter. */
function looksLikeYaml(between: string): boolean {
  const first = between.split(/\r?\n/).find((line) => line.trim() !== "" && !line.startsWith("#"));
  return first === undefined || /^[\w"'.-]+\s*:(\s|$)/.test(first);
}
