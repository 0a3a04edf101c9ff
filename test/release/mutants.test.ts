import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutants } from "../../scripts/mutants/list.ts";

test("each place to break is there once, and so are the tests that have to notice", () => {
  const outdated = mutants.filter(
    ({ file, text }) => readFileSync(file, "utf8").split(text).length !== 2,
  );
  expect(outdated.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
  const tests = new Set(mutants.flatMap((mutant) => mutant.tests));
  expect([...tests].filter((path) => !existsSync(path))).toEqual([]);
  expect(mutants.length).toBeGreaterThan(300);
});
