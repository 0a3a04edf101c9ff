/** The import rules of the rooms (see CONTRIBUTING.md): a wrong import fails here, by name. */
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import {
  findCycles,
  type Import,
  importsOf,
  readSources,
  type SourceFile,
} from "./support/imports.ts";
import { arrowsIn, differences, roomArrows } from "./support/picture.ts";

interface Rule {
  /** Paths of files. */
  readonly who: RegExp;
  /** Paths of files, or names of packages, that these must not import. */
  readonly mustNotImport: RegExp;
  readonly because: string;
}

const rules: readonly Rule[] = [
  {
    who: /^src\/polar\//,
    mustNotImport: /^src\/(singer|streams|sync)\//,
    because: "src/polar knows the API, but neither Singer nor any stream",
  },
  {
    who: /^src\/polar\/json\//,
    mustNotImport: /^src\/(?!polar\/json\/)/,
    because: "src/polar/json knows JSON, and neither rows nor the API",
  },
  {
    who: /^src\/singer\//,
    mustNotImport: /^src\/(polar|streams|sync)\//,
    because: "src/singer knows the protocol, but neither Polar nor any stream",
  },
  {
    who: /^src\/streams\//,
    mustNotImport: /^(?!src\/streams\/)/,
    because: "a stream is data and needs nothing but the words in src/streams",
  },
  {
    who: /^src\/(polar|singer|streams|sync)\//,
    mustNotImport: /^(src\/cli\/|node:process$)/,
    because: "only the command line knows its arguments and ends the process",
  },
  {
    who: /^src\/(config|log|shared)\//,
    mustNotImport: /^src\/cli\//,
    because: "what every room may use depends on no room",
  },
  {
    who: /^src\/(?!cli\/commands\/)/,
    mustNotImport: /^@clack\//,
    because: "prompts are loaded by the command that asks, and cost nobody else their start-up",
  },
  {
    who: /^src\/(config|log|shared)\//,
    mustNotImport: /^src\/(polar|singer|streams|sync)\//,
    because: "what every room may use depends on no room",
  },
  {
    who: /^src\/sync\/sweep\//,
    mustNotImport: /^src\/singer\//,
    because: "src/sync/sweep reads and counts, and knows nothing of Singer",
  },
  {
    who: /^src\/sync\/records\//,
    mustNotImport: /^src\/polar\/(?!json\/|rows\.ts|row-shape\.ts)/,
    because: "src/sync/records makes lines of rows, wherever these come from",
  },
  {
    who: /^src\/cli\//,
    mustNotImport: /^src\/sync\/(?!engine\/|kinds\/calendar\.ts)/,
    because: "src/cli starts a sync, and does not know how it is done",
  },
  {
    who: /^(src\/(?!polar\/)|simulator\/)/,
    mustNotImport: /^undici$/,
    because: "only src/polar makes requests",
  },
  {
    who: /^src\/(?!polar\/)/,
    mustNotImport: /^node:(http|http2|https|net|tls)$/,
    because: "only src/polar makes requests",
  },
  {
    who: /^src\//,
    mustNotImport: /^(simulator|soak|fuzz|test|bench|scripts)\//,
    because: "what we ship stands without what tests it",
  },
  {
    who: /^simulator\//,
    mustNotImport: /^(src|soak|fuzz|test|bench|scripts)\//,
    because: "the simulator is the other side of the wire",
  },
  {
    who: /^soak\//,
    mustNotImport: /^src\/(?!streams\/)/,
    because: "a story sees of the tap what its users see, and which streams there are",
  },
  {
    who: /^/,
    mustNotImport: /^src\/tap\.ts$/,
    because: "src/tap.ts is the command itself: it runs when imported",
  },
];

/** A sentence for each import that breaks a rule. */
function violations(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) =>
    rules
      .filter(({ who, mustNotImport }) => who.test(from) && mustNotImport.test(to))
      .map(({ because }) => `${from} must not import ${to}: ${because}.`),
  );
}

const comment = /^\s*(\/\/|\/\*|\*).*$/gm;

/** A sentence for each file in a room that reads the arguments or ends the process. */
function processUses(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => /^src\/(polar|singer|streams|sync)\//.test(path))
    .filter(({ text }) => /\bprocess\s*\.\s*(exit|argv)/.test(text.replace(comment, "")))
    .map(({ path }) => `${path} must not use process.exit or process.argv: that is tap.ts's.`);
}

describe("in this repository", () => {
  let sources: readonly SourceFile[];
  let imports: readonly Import[];

  beforeAll(async () => {
    sources = await readSources(["src", "simulator", "soak", "fuzz", "test"]);
    imports = sources.flatMap(importsOf);
  });

  test("every import resolves to a file that was read", () => {
    const paths = new Set(sources.map(({ path }) => path));
    const unread = imports.filter(({ to }) => /^(src|simulator|soak|fuzz|test)\/.*\.ts$/.test(to));

    expect(unread.length).toBeGreaterThan(0);
    expect(unread.filter(({ to }) => !paths.has(to))).toEqual([]);
  });

  test("no import breaks a rule", () => {
    expect(violations(imports)).toEqual([]);
  });

  test("no room reads the arguments or ends the process", () => {
    expect(processUses(sources)).toEqual([]);
  });

  test("no files import each other in a circle, not even types", () => {
    const circles = findCycles(imports.filter(({ from }) => !from.startsWith("test/")));
    expect(circles).toEqual([]);
    expect(findCycles(imports.filter(({ typeOnly }) => !typeOnly))).toEqual([]);
  });

  test("no rooms import each other in a circle", () => {
    const arrows = roomArrows(imports).map(([from, to]) => ({ from, to, typeOnly: false }));
    expect(arrows.length).toBeGreaterThan(20);
    expect(findCycles(arrows)).toEqual([]);
  });

  test("the picture in CONTRIBUTING.md is the house as it is", async () => {
    const drawn = arrowsIn(await readFile(new URL("../CONTRIBUTING.md", import.meta.url), "utf8"));
    expect(drawn.length).toBeGreaterThan(10);
    expect(differences(drawn, roomArrows(imports))).toEqual([]);
  });

  test("no file is longer than a newcomer can hold, but for declarations", () => {
    const long = sources
      .filter(
        ({ path }) =>
          path.startsWith("src/") && !/^src\/(streams|polar\/json\/assembly)\//.test(path),
      )
      .filter(({ path }) => !path.endsWith("-wasm.ts"))
      .filter(({ text }) => text.split("\n").length - 1 > 250)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

describe("a wrong picture is told", () => {
  const real = [
    ["a", "b"],
    ["b", "c"],
    ["a", "c"],
  ] as const;

  test("of what it leaves out, and of what there is not", () => {
    expect(
      differences(
        [
          ["a", "b"],
          ["b", "c"],
        ],
        real,
      ),
    ).toEqual([]);
    expect(differences([["a", "b"]], real)).toEqual(["missing: b --> c", "missing: a --> c"]);
    expect(differences([...real, ["c", "a"]], real)).toEqual(["imagined: c --> a"]);
  });

  test("however its arrows are written", () => {
    const picture =
      "```mermaid\ngraph LR\n  one[tap.ts] --> two[sync/engine]\n  two --> x[a] & y[b]\n```";
    expect(arrowsIn(picture)).toEqual([
      ["tap.ts", "sync/engine"],
      ["sync/engine", "a"],
      ["sync/engine", "b"],
    ]);
  });
});

describe("a wrong import is told", () => {
  test.each([
    ["src/polar/client.ts", "../singer/state.ts", "src/singer/state.ts"],
    ["src/polar/json/json-index.ts", "../rows.ts", "src/polar/rows.ts"],
    ["src/singer/state.ts", "../polar/client.ts", "src/polar/client.ts"],
    ["src/streams/orders.ts", "../shared/errors.ts", "src/shared/errors.ts"],
    ["src/streams/orders.ts", "zod", "zod"],
    ["src/streams/orders.ts", "node:fs", "node:fs"],
    ["src/sync/engine/run.ts", "../../cli/arguments.ts", "src/cli/arguments.ts"],
    ["src/shared/errors.ts", "../polar/errors.ts", "src/polar/errors.ts"],
    ["src/config/config.ts", "../cli/table.ts", "src/cli/table.ts"],
    ["src/cli/command.ts", "@clack/prompts", "@clack/prompts"],
    ["src/sync/engine/run.ts", "undici", "undici"],
    ["src/singer/writer.ts", "node:http", "node:http"],
    ["src/sync/sweep/walk.ts", "../../singer/state.ts", "src/singer/state.ts"],
    ["src/sync/records/output.ts", "../../polar/client.ts", "src/polar/client.ts"],
    ["src/cli/commands/check.ts", "../../sync/sweep/walk.ts", "src/sync/sweep/walk.ts"],
    ["src/sync/engine/run.ts", "../../../simulator/index.ts", "simulator/index.ts"],
    ["simulator/server.ts", "../src/shared/errors.ts", "src/shared/errors.ts"],
    ["soak/story.ts", "../src/sync/engine/run.ts", "src/sync/engine/run.ts"],
    ["test/e2e/sync.test.ts", "../../src/tap.ts", "src/tap.ts"],
  ])("%s → %s", (path, specifier, target) => {
    const imports = importsOf({ path, text: `import type { X } from "${specifier}";` });

    expect(violations(imports)).toEqual([
      expect.stringContaining(`${path} must not import ${target}: `),
    ]);
  });

  test("however it is written", () => {
    const statements = [
      'import a from "./a.ts";',
      'import {\n  b,\n  type B,\n} from "../b.ts";',
      'import "./c.ts";',
      'export * from "./d.ts";',
      'export type { E } from "./e.ts";',
      // In two pieces, or it would be found in this file, too.
      `  const f = await import${'("./f.ts");'}`,
      '// import g from "./g.ts";',
      ' * import h from "./h.ts";',
      'export const origin = { from: "order" };',
    ];
    const imports = importsOf({ path: "src/sync/x.ts", text: statements.join("\n") });

    expect(imports.map(({ to, typeOnly }) => `${to} ${typeOnly}`).sort()).toEqual([
      "src/b.ts false",
      "src/sync/a.ts false",
      "src/sync/c.ts false",
      "src/sync/d.ts false",
      "src/sync/e.ts true",
      "src/sync/f.ts false",
    ]);
  });

  test("process.exit in a room is told, but not in its comments", () => {
    const sources = [
      { path: "src/sync/a.ts", text: "  process.exit(1);" },
      { path: "src/sync/b.ts", text: "/** Never calls process.exit. */" },
      { path: "src/tap.ts", text: "process.argv" },
    ];

    expect(processUses(sources)).toEqual([expect.stringMatching(/^src\/sync\/a\.ts must not/)]);
  });

  test("a circle is told with all its files", () => {
    const edges = ["a→b", "b→c", "c→b", "a→c"].map((edge) => edge.split("→"));
    const imports = edges.map(([from = "", to = ""]) => ({ from, to, typeOnly: false }));

    expect(findCycles(imports)).toEqual([["b", "c", "b"]]);
  });
});
