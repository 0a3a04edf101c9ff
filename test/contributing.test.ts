/**
 * "Add a stream" in CONTRIBUTING.md, followed for a made-up stream in a copy of the repository: the
 * files that it names are all that have to change, and then the tests of streams pass.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { workFolder } from "./support/processes.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What npm run build makes, and a copy would have to make again. */
const BUILT = ["dist", "src/polar/json/scanner-wasm.ts", "src/polar/json/quoter-wasm.ts"];

// Indented, so that nobody takes their imports for those of this file.
const declaration = `import { defineStream } from "./define.ts";
  import { resource, text } from "./fields.ts";

export const widgets = defineStream({
  name: "widgets",
  description: "Made up, to follow the instructions.",
  scope: "widgets:read",
  optional: true,
  source: { kind: "list", path: "/v1/widgets/", order: ["created_at"] },
  properties: { ...resource, name: text("What it is called.") },
});
`;

const blueprint = `import type { Blueprint } from "../blueprint.ts";
  import { modifiedAt } from "./common.ts";

export const widgets: Blueprint = {
  name: "widgets",
  path: "/v1/widgets/",
  scopes: ["widgets:read"],
  sorting: ["created_at"],
  order: ["-created_at"],
  filters: [],
  size: 7,
  single: false,
  build: (row) => ({
    properties: {
      created_at: row.at(),
      modified_at: modifiedAt(row),
      id: row.id,
      name: \`Widget \${row.index}\`,
    },
  }),
};
`;

const documented = {
  scopes: ["widgets:read"],
  parameters: { sorting: { type: ["array"], values: ["created_at", "-created_at"] } },
  properties: {
    id: { type: ["string"] },
    created_at: { type: ["string"], format: "date-time" },
    modified_at: { type: ["string"], format: "date-time" },
    name: { type: ["string"] },
  },
};

const recorded = {
  items: [
    {
      created_at: "2026-05-01T12:00:00.123456Z",
      modified_at: null,
      id: "5f0c1c5e-7a37-4a9e-9a55-0c6a3a0b7a11",
      name: "One",
    },
  ],
  pagination: { total_count: 1, max_page: 1 },
};

/** A copy of what git tracks, or would, with the modules and what is built from here. */
async function copyOfRepository(): Promise<string> {
  const copy = await workFolder();
  const git = await execa("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root });
  for (const path of git.stdout.split("\n")) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  for (const path of BUILT) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const inCopy = { cwd: copy };
  await execa("git", ["init", "--quiet"], inCopy);
  await execa("git", ["add", "--all", "--", ".", ":!node_modules"], inCopy);
  const author = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  await execa("git", [...author, "commit", "--quiet", "-m", "Begin"], inCopy);
  return copy;
}

/** The paths that the section names, for this stream. */
function namedPaths(): string[] {
  const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const section = /^## Add a stream$([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
  const paths = [...section.matchAll(/`([\w./<>-]+\/[\w.<>-]+\.\w+|catalog\.json)`/g)];
  return [...new Set(paths.map(([, path = ""]) => path.replaceAll("<name>", "widgets")))];
}

test("adding a stream takes what the section names, and nothing else", async () => {
  const copy = await copyOfRepository();
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(copy, path), change(readFileSync(join(copy, path), "utf8")));
  const lineInto = (path: string) =>
    edit(path, (text) =>
      text
        .replace(/^import /m, 'import { widgets } from "./widgets.ts";\nimport ')
        .replace("\n];", "\n  widgets,\n];"),
    );

  writeFileSync(join(copy, "src/streams/widgets.ts"), declaration);
  lineInto("src/streams/index.ts");
  writeFileSync(join(copy, "simulator/rows/widgets.ts"), blueprint);
  lineInto("simulator/rows/index.ts");
  writeFileSync(join(copy, "test/fixtures/recorded/widgets.json"), JSON.stringify(recorded));
  writeFileSync(
    join(copy, "test/fixtures/recorded/widgets.headers"),
    "# GET /v1/widgets/?limit=100\nHTTP/1.1 200 OK\ncontent-type: application/json\n",
  );
  edit("test/fixtures/polar-api.json", (text) =>
    text.replace("{", `{\n  "/v1/widgets/": ${JSON.stringify(documented)},`),
  );
  edit("test/streams/sdk.test.ts", (text) =>
    text
      .replace(/^import /m, 'import type { widgets } from "../../src/streams/widgets.ts";\nimport ')
      .replace(
        "const drift = {",
        'const drift = {\n  widgets: {} satisfies Drift<typeof widgets, Pick<models.Meter, "id" | "created_at" | "modified_at" | "name">>,',
      ),
  );
  for (const script of ["catalog", "docs"])
    await execa("npm", ["run", "--silent", script], { cwd: copy });

  const status = await execa("git", ["status", "--porcelain", "-uall"], { cwd: copy });
  const changed = status.stdout.split("\n").map((line) => line.slice(3));
  expect(changed.filter((path) => path !== "node_modules").sort()).toEqual(namedPaths().sort());
  await execa("npx", ["tsc", "--noEmit"], { cwd: copy });
  const tests = ["test/streams", "test/sync/engine/discovery.test.ts", "test/examples.test.ts"];
  const run = await execa(
    "npx",
    ["vitest", "run", "--project", "unit", ...tests, "test/tap/all-streams.test.ts"],
    { cwd: copy, reject: false, env: { TEST_REPORT: "" } },
  );
  expect(run.exitCode, `${run.stdout.slice(-2_000)}${run.stderr.slice(-4_000)}`).toBe(0);
}, 300_000);
