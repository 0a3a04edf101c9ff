import { expect, test } from "vitest";
import { differences } from "../../scripts/drift.ts";

const comparison = `const drift = {
  customers: {} satisfies Drift<typeof customers, models.Customer>,
  orders: {
    notInSdk: {
      amount: UNDOCUMENTED,
    },
  } satisfies Drift<typeof orders, models.Order>,
};`;

const missing = (line: number, kind: string, names: string) =>
  `test/streams/sdk.test.ts(${line},5): error TS1360: Type '{}' does not satisfy the expected type.
  Property '${kind}' is missing in type '{}' but required in type '{ readonly ${kind}: Readonly<Record<${names}, string>>; }'.`;

test("differences are told by stream and property", () => {
  const output = [
    missing(2, "notDeclared", '"units"'),
    missing(7, "otherType", '"amount" | "tax"'),
    missing(4, "notInSdk", '"user"'),
    "src/tap.ts(1,1): error TS1000: Something else.",
  ].join("\n");

  expect(differences(output, comparison)).toEqual([
    '- customers: in the SDK, but not declared: "units"',
    '- orders: of another type in the SDK: "amount" | "tax"',
    '- orders: declared, but not in the SDK: "user"',
  ]);
});

test("what is told in other words is passed on", () => {
  const output = "test/streams/sdk.test.ts(1,1): error TS2307: Cannot find module '@polar-sh/sdk'.";

  expect(differences(output, comparison)).toEqual([
    "- the SDK: Cannot find module '@polar-sh/sdk'.",
  ]);
});
