/** About 100 ms of work on a slow machine: what may be rendered without anybody waiting. */
const SECTION_CHARACTERS = 14_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const RAW_HTML = /^ {0,3}<(?:!--|script|pre|style|textarea)/i;
const RAW_HTML_END = /-->|<\/(?:script|pre|style|textarea)>/i;
const FOOTNOTE = /^ {0,3}\[\^[^\]]+\]:/m;
const DEFINITION = /^ {0,3}\[(?!\^)[^\]]+\]:[ \t]*\S.*$/gm;

/**
 * Parts a long text where Markdown itself begins a new block at the outermost level, so that each
 * part means by itself what it means in the whole. A short one stays in one piece, and so does one
 * with footnotes, which belong to the end of all of it.
 */
export function splitSections(text: string): string[] {
  if (text.length < 2 * SECTION_CHARACTERS || FOOTNOTE.test(text)) return [text];
  const definitions = text.match(DEFINITION)?.join("\n") ?? "";
  const parts = partsOf(text.split("\n"));
  return definitions ? parts.map((part) => `${part}\n\n${definitions}`) : parts;
}

function partsOf(lines: readonly string[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let size = 0;
  let isInside = (_: string) => false;
  let before = "";
  for (const line of lines) {
    const wasInside = isInside(line);
    if (!wasInside && size >= SECTION_CHARACTERS && isBlockStart(line, before)) {
      parts.push(part.join("\n"));
      part = [];
      size = 0;
    }
    if (!wasInside) isInside = openedBy(line);
    part.push(line);
    size += line.length + 1;
    before = line;
  }
  return [...parts, part.join("\n")];
}

/** A heading, or words after an empty line, at the margin: no list or quotation goes on there. */
function isBlockStart(line: string, before: string): boolean {
  return /^#{1,6}\s/.test(line) || (before.trim() === "" && /^\p{L}/u.test(line));
}

/** Tells of each following line whether it is still within what `line` began, such as a fence. */
function openedBy(line: string): (next: string) => boolean {
  const fence = FENCE.exec(line)?.[1];
  if (fence) return until((next) => isClosing(next, fence));
  if (RAW_HTML.test(line) && !RAW_HTML_END.test(line))
    return until((next) => RAW_HTML_END.test(next));
  return () => false;
}

const isClosing = (line: string, fence: string) =>
  line.trim().length >= fence.length && line.trim().replaceAll(fence.charAt(0), "") === "";

function until(isEnd: (line: string) => boolean): (line: string) => boolean {
  let isOver = false;
  return (line) => {
    if (isOver) return false;
    isOver = isEnd(line);
    return true;
  };
}
