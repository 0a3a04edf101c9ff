import fc from "fast-check";
import { expect, it } from "vitest";
import { quoted } from "../../src/polar/json/quoter.ts";

const inString = (json: string): string => Buffer.from(quoted(Buffer.from(json))).toString();

it("puts any JSON into a string that holds it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(3), (value, indent) => {
      const json = JSON.stringify(value, undefined, indent);
      expect(JSON.parse(inString(json))).toBe(json.replaceAll("\n", " "));
    }),
    { numRuns: 500 },
  );
});

it("escapes at any place of any block", () => {
  for (let before = 0; before < 40; before++) {
    for (const special of ['"', "\\", '"\\', '\\"', '""', ""]) {
      for (let after = 0; after < 20; after++) {
        const text = "é".repeat(before % 3) + "a".repeat(before) + special + "b".repeat(after);
        expect(inString(text)).toBe(JSON.stringify(text));
      }
    }
  }
});

it("takes a text that needs more memory, and short ones after it", () => {
  const long = `"${'\\"'.repeat(300_000)}"`;
  expect(inString(long)).toBe(JSON.stringify(long));
  expect(inString("{}")).toBe('"{}"');
});
