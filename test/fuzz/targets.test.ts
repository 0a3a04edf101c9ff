/** A slice of `npm run fuzz`, all that it has ever found, and that it sees what it is there to see. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fuzz } from "../../fuzz/campaign.ts";
import { spansOf } from "../../fuzz/strict-json.ts";
import { targets } from "../../fuzz/targets/index.ts";

/** So many inputs take some seconds each. */
const inputs: Readonly<Record<string, number>> = {
  scanner: 5_000,
  page: 3_000,
  csv: 2_000,
  headers: 5_000,
  refusals: 2_000,
  config: 200,
  environment: 300,
  catalog: 100,
  state: 150,
  selection: 150,
  processes: 6,
};

const found = new URL("../fixtures/fuzz/", import.meta.url);

/** Inputs that were read wrongly once, by what they are called. */
function findings(target: string): readonly (readonly [string, Buffer])[] {
  const folder = new URL(`${target}/`, found);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => [name, readFileSync(new URL(name, folder))]);
}

describe.each(targets)("$name", ({ name, ...target }) => {
  test("reads random inputs, or refuses them, as it should", async () => {
    const wanted = inputs[name] ?? 0;
    const { executions, finding } = await fuzz({ name, ...target }, { seed: 1, inputs: wanted });

    expect(finding).toBeUndefined();
    expect(executions).toBe(wanted);
    expect(wanted).toBeGreaterThan(0);
  });

  test.each([...findings(name), ["nothing", Buffer.alloc(0)] as const])(
    "reads what was found: %s",
    async (file, input) => {
      // It takes JSON of its own making.
      if (name === "processes" && file === "nothing") return;
      await expect(Promise.resolve(target.read(input))).resolves.toBeUndefined();
    },
  );
});

test("a target that reads wrongly is found out, with its smallest input", async () => {
  const target = {
    name: "broken",
    inputs: fc.array(fc.nat(9)).map((digits) => Buffer.from(digits.join(""))),
    read: (input: Buffer) => {
      if (input.includes("7")) throw new Error("there is a seven");
    },
  };

  const { executions, finding } = await fuzz(target, { seed: 1, inputs: 1_000 });

  expect(finding?.input.toString()).toBe("7");
  expect(String(finding?.error)).toContain("there is a seven");
  expect(executions).toBeLessThan(1_000);
});

test("the same seed brings the same inputs, and another one others", async () => {
  const read = async (seed: number) => {
    const seen: string[] = [];
    const target = { name: "seen", inputs: fc.uint8Array().map((one) => Buffer.from(one)) };
    await fuzz(
      { ...target, read: (one) => void seen.push(one.toString("hex")) },
      { seed, inputs: 20 },
    );
    return seen;
  };

  expect(await read(1)).toEqual(await read(1));
  expect(await read(2)).not.toEqual(await read(1));
});

describe("the strict parser", () => {
  test("says where the values stand", () => {
    const spans = spansOf(' {"a" : [1, ""], "b": null } ');

    expect(
      spans?.map(({ level, keyStart, keyEnd, start, end, next }) => [
        ...[level, keyStart, keyEnd, start, end, next],
      ]),
    ).toEqual([
      [0, 0, 0, 1, 28, 5],
      [1, 3, 4, 8, 15, 4],
      [2, 0, 0, 9, 10, 3],
      [2, 0, 0, 12, 14, 4],
      [1, 18, 19, 22, 26, 5],
    ]);
  });

  test.each([
    "",
    "01",
    "1.",
    "[1,]",
    "[1 2]",
    '{"a"}',
    '{"a":1,}',
    '"\\x"',
    '"\n"',
    "nul",
    "1 1",
    "[1}",
  ])("refuses %j", (text) => {
    expect(spansOf(text)).toBeUndefined();
  });
});
