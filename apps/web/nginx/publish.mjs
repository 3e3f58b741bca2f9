/**
 * Turns the static export into what nginx serves: `node publish.mjs OUT TARGET` writes
 *
 * - TARGET/files/{identity,gzip,br}/…: every file, and beside it what it is compressed to;
 * - TARGET/maps.conf: which address answers with which file, its ETag and its security policy.
 *
 * The rules are those of the api's own `StaticExport`; a test compares both, file by file.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt"]);
const INCOMPRESSIBLE = new Set([".ico", ".png", ".woff2"]);
const PLACEHOLDER = /(?<=\/)_(?=[/.])/g;
const MOST_IDS = 3; // as many as nginx.conf replaces in one address
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs;

const [out, target] = process.argv.slice(2);

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/")}`)
    .sort();
}

/** @param {string} name */
function refuseUnknown(name) {
  const ids = name.match(PLACEHOLDER)?.length ?? 0;
  if (ids > MOST_IDS) throw new Error(`${name} holds ${ids} ids; nginx.conf replaces ${MOST_IDS}`);
  const known = COMPRESSIBLE.has(extname(name)) || INCOMPRESSIBLE.has(extname(name));
  if (!known) throw new Error(`${name}: say in publish.mjs and nginx.conf what this is`);
}

/**
 * @param {string} encoding
 * @param {string} name
 * @param {Buffer} body
 */
function write(encoding, name, body) {
  const path = join(target, "files", encoding, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

/**
 * @param {string} name
 * @param {Buffer} body
 */
function publish(name, body) {
  write("identity", name, body);
  if (!COMPRESSIBLE.has(extname(name))) return;
  write("gzip", name, gzipSync(body, { level: 9 }));
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  write("br", name, brotliCompressSync(body, { params: size }));
}

/** @param {Buffer} body */
function etag(body) {
  return `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
}

/**
 * Scripts come from our own files or are one of this page's own inline ones, by hash.
 *
 * @param {Buffer} body
 */
function policy(body) {
  const scripts = [...body.toString("utf8").matchAll(INLINE_SCRIPT)].map((match) => match[1] ?? "");
  const hashes = scripts
    .filter((script) => script !== "")
    .map((script) => createHash("sha256").update(script).digest("base64"));
  return [
    "default-src 'self'",
    ["script-src 'self'", ...[...new Set(hashes)].sort().map((hash) => `'sha256-${hash}'`)].join(
      " ",
    ),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Every address that a file answers, with the file as nginx spells it. File names hold `$`, which a
 * value of a map cannot; so the value is built from the address itself.
 *
 * @param {string[]} names
 */
function addresses(names) {
  const rules = names.map((name) => [name, "$address"]);
  for (const name of names) {
    if (name === "/index.html") rules.push(["/", "/index.html"]);
    else if (name.endsWith("/index.html")) {
      rules.push([name.slice(0, -"/index.html".length), "$address/index.html"]);
    }
  }
  for (const name of names) {
    if (name.endsWith(".html")) rules.push([name.slice(0, -".html".length), "$address.html"]);
  }
  // `page.html` goes before `page/index.html`: the later rule replaces the earlier one.
  return [...new Map(rules)];
}

/**
 * @param {string} source
 * @param {string} variable
 * @param {string[][]} rules
 */
function map(source, variable, rules) {
  const lines = rules.map(([key, value]) => `    ${quoted(key)} ${quoted(value)};\n`);
  return `map ${source} ${variable} {\n    default "";\n${lines.join("")}}\n`;
}

/** @param {string} text */
function quoted(text) {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const names = filesIn(out);
names.forEach(refuseUnknown);
const bodies = new Map(names.map((name) => [name, readFileSync(join(out, name))]));
for (const [name, body] of bodies) publish(name, body);
const pages = [...bodies].filter(([name]) => name.endsWith(".html"));
writeFileSync(
  join(target, "maps.conf"),
  [
    map("$address", "$found", addresses(names)),
    map(
      "$file",
      "$etag",
      [...bodies].map(([name, body]) => [name, etag(body)]),
    ),
    map(
      "$file",
      "$policy",
      pages.map(([name, body]) => [name, policy(body)]),
    ),
  ].join("\n"),
);
