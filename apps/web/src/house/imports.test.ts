import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
  /\.tsx?$/.test(file),
);
const shipped = files.filter((file) => !/^(mocks|house)\/|\.test\.tsx?$/.test(file));

/** What a file imports: our own files relative to `src`, packages by name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)];
  return specifiers.map(([, path = ""]) => {
    if (path.startsWith("@/")) return path.slice(2);
    return path.startsWith(".") ? normalize(join(dirname(file), path)) : path;
  });
}

const edges = shipped.flatMap((file) => importsOf(file).map((to) => ({ file, to })));
const where = (rule: (file: string, to: string) => boolean) =>
  edges.filter(({ file, to }) => rule(file, to)).map(({ file, to }) => `${file} → ${to}`);
const zone = (path: string) => path.split("/")[0] ?? "";
const featureOf = (path: string) => path.split("/")[1];

test("tests wait as long as `mocks/patience.ts` says, not for the second of `vi.waitFor`", () => {
  const impatient = files.filter((file) =>
    /vi\.(waitFor|waitUntil)\(/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(impatient).toEqual([]);
});

test("no feature imports another", () => {
  const crosses = (file: string, to: string) =>
    zone(file) === "features" && zone(to) === "features" && featureOf(file) !== featureOf(to);
  expect(where(crosses)).toEqual([]);
});

test("imports point one way: app, features, components, ui; and api and lib know none of these", () => {
  const forbidden: Record<string, string[]> = {
    features: ["app"],
    components: ["app", "features"],
    ui: ["app", "features", "components", "api", "lib"],
    api: ["app", "features", "components", "ui"],
    lib: ["app", "features", "components", "ui"],
  };
  expect(where((file, to) => forbidden[zone(file)]?.includes(zone(to)) ?? false)).toEqual([]);
});

test("ui knows no router, no query and no language, so that it could serve another product", () => {
  const packages = /^(next|use-intl|@tanstack\/|openapi-)/;
  expect(where((file, to) => zone(file) === "ui" && packages.test(to))).toEqual([]);
});

test("translations are those that keep names apart: `lib/translations.ts`", () => {
  const plain = shipped.filter((file) =>
    /import \{[^}]*useTranslations\b[^}]*\} from "use-intl"/.test(
      readFileSync(join(root, file), "utf8"),
    ),
  );
  expect(plain).toEqual(["lib/translations.ts"]);
});

test("nothing that is shipped imports the mocks", () => {
  expect(where((_, to) => zone(to) === "mocks")).toEqual([]);
});

test("ids are read from the path: useParams() says `_` in the export", () => {
  const users = shipped.filter((file) =>
    /\buseParams\(/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(users.filter((file) => file !== "lib/route-ids.ts")).toEqual([]);
});

test("no link asks for a full prefetch, which makes it dead in Next 16.4", () => {
  const asks = (file: string) =>
    /\bprefetch(?:=\{true\}|(?=\s*(?:\/?>|\w+=)))/.test(readFileSync(join(root, file), "utf8"));
  expect(shipped.filter((file) => file.endsWith(".tsx") && asks(file))).toEqual([]);
});

test("the routes are these", () => {
  const routes = files.filter((file) => /^app\/.*page\.tsx$/.test(file)).map(dirname);
  expect(routes.sort()).toEqual([
    "app/(app)",
    "app/(app)/activity",
    "app/(app)/analytics",
    "app/(app)/applications",
    "app/(app)/applications/[id]",
    "app/(app)/audit",
    "app/(app)/backups",
    "app/(app)/bin",
    "app/(app)/clients",
    "app/(app)/clients/[id]",
    "app/(app)/contacts",
    "app/(app)/documents/[id]",
    "app/(app)/gates/[id]",
    "app/(app)/import",
    "app/(app)/inbox",
    "app/(app)/people",
    "app/(app)/profile",
    "app/(app)/projects/[id]",
    "app/(app)/reference",
    "app/(app)/services/[id]",
    "app/(app)/spreadsheets",
    "app/(app)/status-page",
    "app/(app)/templates",
    "app/(app)/templates/[id]",
    "app/(app)/tokens",
    "app/(app)/welcome",
    "app/(public)/invitation",
    "app/(public)/setup",
    "app/(public)/sign-in",
  ]);
});
