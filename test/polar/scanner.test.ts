import { isUtf8 } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rows } from "../../src/polar/rows.ts";
import {
  InvalidJsonError,
  JsonText,
  scanArray,
  scanObject,
  skipSpace,
  stringEnd,
  valueEnd,
} from "../../src/polar/scanner.ts";
import { damaged, jsonText, objectText, rowsText } from "./json-texts.ts";

/** JSON as the scanner reads it. */
const json = (text: string | readonly number[]) => new JsonText(Buffer.from(text));

/** Whether the scanner takes the bytes as one JSON value with white space around it. */
function accepts(bytes: Uint8Array): boolean {
  try {
    const end = valueEnd(new JsonText(bytes), skipSpace(bytes, 0));
    return skipSpace(bytes, end) === bytes.length;
  } catch (error) {
    if (error instanceof InvalidJsonError) return false;
    throw error;
  }
}

function parses(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}

/** The properties of an object as the spans give them; of equal keys the last counts. */
function propertiesOf(
  bytes: Buffer,
  spans: Iterable<readonly [number, number, number, number]>,
): Map<unknown, unknown> {
  const properties = new Map<unknown, unknown>();
  for (const [keyStart, keyEnd, valueStart, end] of spans) {
    const key: unknown = JSON.parse(bytes.toString("utf8", keyStart - 1, keyEnd + 1));
    properties.set(key, JSON.parse(bytes.toString("utf8", valueStart, end)));
  }
  return properties;
}

const parsedProperties = (text: string) =>
  new Map<unknown, unknown>(Object.entries(JSON.parse(text)));

function* spansOf(rows: Rows, row: number): Generator<readonly [number, number, number, number]> {
  for (let property = rows.first(row); property < rows.end(row); property++) {
    yield [
      rows.keyStart(property),
      rows.keyEnd(property),
      rows.valueStart(property),
      rows.valueEnd(property),
    ];
  }
}

describe("valueEnd", () => {
  it("finds the end of any JSON value, whatever follows it", () => {
    fc.assert(
      fc.property(jsonText, fc.constantFrom("", ",", "}", "]", " 1", "\n"), (text, after) => {
        const padded = json(`  ${text}${after}`);
        expect(valueEnd(padded, 2)).toBe(padded.bytes.length - after.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it("accepts damaged texts exactly when JSON.parse does", () => {
    let valid = 0;
    let broken = 0;
    fc.assert(
      fc.property(damaged(jsonText), (bytes) => {
        fc.pre(isUtf8(bytes));
        const expected = parses(bytes);
        if (expected) valid++;
        else broken++;
        expect(accepts(bytes)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(valid, broken)).toBeGreaterThan(250);
  });

  it("accepts short texts of JSON's own characters exactly when JSON.parse does", () => {
    const character = fc.constantFrom(...'{}[],:"\\0019eE+-.truefalsn \n');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 6 }), (text) => {
        const bytes = Buffer.from(text);
        expect(accepts(bytes)).toBe(parses(bytes));
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ...["", " ", "-", "-a", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "1.e1", "0x1", "NaN"],
    ...["tru", "nul", "fals", "True", "nulll", "undefined", '"', '"\\"', '"\\x"', '"\\u12g4"'],
    ...['"\\u123"', '"a\u0000b"', '"a\nb"', '"a\tb"', "'a'", "[1,]", "[,1]", "[1 2]", "[1", "]"],
    ...['{"a"}', '{"a":}', '{"a":1,}', "{a:1}", '{"a":1 "b":2}', '{"a":1', "{1:1}", "\ufeff1"],
    ...["\u00a01", "1\u00a0", "1 1", "/**/1", "[1]]", '{"a":1}}', '"\\', '"\\u', "[é]", "\f1"],
  ])("refuses %j, as JSON.parse does", (text) => {
    expect(parses(Buffer.from(text))).toBe(false);
    expect(accepts(Buffer.from(text))).toBe(false);
  });

  it("tells where the text goes wrong, and nothing of what it says", () => {
    expect(() => valueEnd(json('{"secret": "x" "y"}'), 0)).toThrow(
      new InvalidJsonError("an object is not closed", 15),
    );
  });

  it("goes a thousand levels deep, and refuses what would exhaust the stack", () => {
    const nested = (depth: number) => json("[".repeat(depth) + "]".repeat(depth));
    expect(valueEnd(nested(1_000), 0)).toBe(2_000);
    expect(() => valueEnd(nested(1_001), 0)).toThrow(InvalidJsonError);
    expect(() => valueEnd(nested(1_000_000), 0)).toThrow(InvalidJsonError);
    expect(() => valueEnd(json('{"":'.repeat(1_000_000)), 0)).toThrow(InvalidJsonError);
  });

  it("lets every byte above 0x7f pass inside of strings, and none outside", () => {
    for (let byte = 0x80; byte <= 0xff; byte++) {
      expect(stringEnd(json([0x22, byte, 0x22]), 0)).toBe(3);
      expect(() => valueEnd(json([byte]), 0)).toThrow(InvalidJsonError);
    }
  });
});

describe("stringEnd", () => {
  it("sees every byte at every place, for it looks at four together", () => {
    for (let byte = 0; byte <= 0xff; byte++) {
      for (let place = 1; place <= 9; place++) {
        const bytes = Buffer.from('"xy\u00e9\u00a2\u00dcxyz" "');
        bytes[place] = byte;
        if (byte === 0x22) expect(stringEnd(new JsonText(bytes), 0)).toBe(place + 1);
        else if (byte < 0x20 || byte === 0x5c) {
          expect(() => stringEnd(new JsonText(bytes), 0)).toThrow(InvalidJsonError);
        } else expect(stringEnd(new JsonText(bytes), 0)).toBe(bytes.length - 2);
      }
    }
  });
});

describe("scanObject", () => {
  it("gives the spans of exactly the properties that JSON.parse finds", () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const bytes = Buffer.from(text);
        const spans: [number, number, number, number][] = [];
        const end = scanObject(new JsonText(bytes), 0, (keyStart, keyEnd, valueStart) => {
          const after = valueEnd(new JsonText(bytes), valueStart);
          spans.push([keyStart, keyEnd, valueStart, after]);
          return after;
        });
        expect(end).toBe(bytes.length);
        expect(isDeepStrictEqual(propertiesOf(bytes, spans), parsedProperties(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each(["[]", '"a"', "1", "", '{"a":1', '{"a" 1}', "{1:2}"])("refuses %j", (text) => {
    const broken = json(text);
    expect(() => scanObject(broken, 0, (_start, _end, at) => valueEnd(broken, at))).toThrow(
      InvalidJsonError,
    );
  });
});

describe("scanArray", () => {
  it.each(["{}", '"a"', "1", "", "[1", "[1,]", "[1 2]"])("refuses %j", (text) => {
    const broken = json(text);
    expect(() => scanArray(broken, 0, (at) => valueEnd(broken, at))).toThrow(InvalidJsonError);
  });
});

describe("Rows", () => {
  it("give the spans of exactly the rows and properties that JSON.parse finds", () => {
    const rows = new Rows(); // one for all, as the pages use it
    fc.assert(
      fc.property(rowsText, (text) => {
        const bytes = Buffer.from(`{"items":${text}}`);
        expect(rows.scan(new JsonText(bytes), 9)).toBe(bytes.length - 1);
        const parsed: unknown[] = JSON.parse(text);
        expect(rows.count).toBe(parsed.length);
        for (const [row, object] of parsed.entries()) {
          const expected = parsedProperties(JSON.stringify(object));
          const found = propertiesOf(bytes, spansOf(rows, row));
          expect(JSON.stringify([...found])).toBe(JSON.stringify([...expected]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("hold more rows and properties than they have room for at first", () => {
    const row = `{${Array.from({ length: 90 }, (_, index) => `"p${index}":${index}`).join()}}`;
    const bytes = Buffer.from(`[${Array(300).fill(row).join()}]`);
    const rows = new Rows();
    expect(rows.scan(new JsonText(bytes), 0)).toBe(bytes.length);
    expect(rows.count).toBe(300);
    for (let index = 0; index < rows.count; index++) {
      const values = [...spansOf(rows, index)].map(([, , from, to]) =>
        bytes.toString("utf8", from, to),
      );
      expect(values.join()).toBe(Array.from({ length: 90 }, (_, value) => value).join());
    }
  });

  it("find a property by its name, however it is written; of two the last", () => {
    const rows = new Rows();
    rows.scan(json('[{"id":1,"name":2},{"i\\u0064":3,"name":4,"id":5},{"\\u0069d":6}]'), 0);
    const found = (row: number, name: string) => {
      const property = rows.find(row, name);
      return property === -1 ? undefined : rows.text(property);
    };
    expect([0, 1, 2].map((row) => found(row, "id"))).toEqual(["1", "5", "6"]);
    expect([0, 1, 2].map((row) => found(row, "name"))).toEqual(["2", "4", undefined]);
    expect(found(0, "never seen")).toBeUndefined();
  });

  it("are none after clear", () => {
    const rows = new Rows();
    rows.scan(json('[{"a":1},{"b":2}]'), 0);
    rows.clear();
    expect([rows.count, rows.first(0), rows.bytes.length]).toEqual([0, 0, 0]);
  });

  it.each(["[1]", "[[]]", "[null]", '["a"]', "{}"])("refuse %j", (text) => {
    expect(() => new Rows().scan(json(text), 0)).toThrow(InvalidJsonError);
  });
});
