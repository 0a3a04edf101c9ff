import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvText } from "../../simulator/exports.ts";
import { InvalidCsvError, parseCsv } from "../../src/polar/csv.ts";

const field = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "\r\n", " ", "a", "\0", "\u2028") }),
);
const lines = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }),
  );

describe("parseCsv", () => {
  it("reads what Python's csv module writes", () => {
    fc.assert(
      fc.property(lines, (expected) => {
        expect(parseCsv(csvText(expected))).toEqual(expected);
      }),
    );
  });

  it("reads a field of a megabyte", () => {
    const long = '","\r\n'.repeat(200_000);
    expect(parseCsv(csvText([["a", long]]))).toEqual([["a", long]]);
  });

  it("refuses a text that was cut off anywhere but at the end of a line", () => {
    fc.assert(
      fc.property(lines, fc.nat(), (all, cut) => {
        const text = csvText(all);
        const part = text.slice(0, cut % text.length);
        const wholeLines = all.map((_, index) => csvText(all.slice(0, index)));
        if (wholeLines.includes(part) && part !== "") return;
        expect(() => parseCsv(part)).toThrow(InvalidCsvError);
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["a web page", "<!doctype html>\n<title>Log in</title>\n"],
    ["JSON", '{"items": [], "pagination": {"total_count": 0}}'],
    ["lines that end otherwise", "a,b\nc,d\n"],
    ["a quote in the middle", 'a,b"c\r\n'],
    ["text after a quoted field", '"a"b\r\n'],
    ["a line with fewer fields", "a,b\r\nc\r\n"],
    ["a line with more fields", "a,b\r\nc,d,e\r\n"],
  ])("refuses %s", (_, text) => {
    expect(() => parseCsv(text)).toThrow(InvalidCsvError);
  });

  it("tells nothing of the content", () => {
    expect(() => parseCsv('secret,b"c\r\n')).toThrow(
      /^The answer is no CSV from character 7 on\.$/,
    );
  });
});
