import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALL_LEVELS, InvalidJsonError, JsonIndex } from "../../../src/polar/json/json-index.ts";
import { damaged, isJson, jsonText } from "./json-texts.ts";

function indexOf(text: string | readonly number[], deepest = ALL_LEVELS): JsonIndex {
  const index = new JsonIndex();
  index.scan(Buffer.from(text), deepest);
  return index;
}

/** Whether the scanner takes the bytes as one JSON value with white space around it. */
function accepts(bytes: Buffer): boolean {
  try {
    new JsonIndex().scan(bytes, 1);
    return true;
  } catch (error) {
    if (error instanceof InvalidJsonError) return false;
    throw error;
  }
}

/** Builds a value of what the index says of it, and counts the values that it is made of. */
function rebuilt(index: JsonIndex, value: number): { built: unknown; values: number } {
  if (!index.isObject(value) && !index.isArray(value)) {
    return { built: JSON.parse(index.text(value)), values: 1 };
  }
  const inside = [...index.inside(value)].map((each) => [each, rebuilt(index, each)] as const);
  const values = inside.reduce((sum, [, each]) => sum + each.values, 1);
  const built = index.isArray(value)
    ? inside.map(([, each]) => each.built)
    : Object.fromEntries(inside.map(([member, each]) => [index.key(member), each.built]));
  return { built, values };
}

describe("what the scanner accepts", () => {
  it("is any JSON, with white space around it", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(accepts(Buffer.from(` \n${text}\t\r `))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is of damaged texts exactly what JSON.parse accepts", () => {
    let valid = 0;
    let broken = 0;
    fc.assert(
      fc.property(damaged(jsonText), (bytes) => {
        const expected = isUtf8(bytes) && isJson(bytes);
        if (expected) valid++;
        else broken++;
        expect(accepts(bytes)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(valid, broken)).toBeGreaterThan(250);
  });

  it("is of short texts of JSON's own characters exactly what JSON.parse accepts", () => {
    const character = fc.constantFrom(...'{}[],:"\\0019eE+-.truefalsn \n');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 6 }), (text) => {
        const bytes = Buffer.from(text);
        expect(accepts(bytes)).toBe(isJson(bytes));
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
    ...["[1}", '{"a":1]', "[[1}]", "1\u0000", "\u0000", '{"a" 1}', '{"a"', '{"a":1,', "[1,"],
  ])("is not %j, as it is not for JSON.parse", (text) => {
    expect(isJson(Buffer.from(text))).toBe(false);
    expect(accepts(Buffer.from(text))).toBe(false);
  });

  it("goes a thousand levels deep, and no deeper, which would take more room than there is", () => {
    const nested = (depth: number) => Buffer.from("[".repeat(depth) + "]".repeat(depth));
    expect(accepts(nested(1_000))).toBe(true);
    expect(accepts(nested(1_001))).toBe(false);
    expect(accepts(nested(1_000_000))).toBe(false);
    expect(accepts(Buffer.from('{"":'.repeat(1_000_000)))).toBe(false);
  });

  it("is only UTF-8", () => {
    for (let byte = 0x80; byte <= 0xff; byte++) {
      expect(accepts(Buffer.from([0x22, byte, 0x22]))).toBe(false);
      expect(accepts(Buffer.from([byte]))).toBe(false);
    }
    expect(accepts(Buffer.from('"é😀\u07ff"'))).toBe(true);
    expect(accepts(Buffer.from("é"))).toBe(false);
  });

  it("does not depend on where in a string a byte stands, for it looks at sixteen together", () => {
    for (let byte = 0; byte < 0x80; byte++) {
      for (let place = 1; place <= 40; place++) {
        const bytes = Buffer.from(`"${"xy\u00e9\u00a2".repeat(9)}" "`);
        bytes[place] = byte;
        expect(accepts(bytes)).toBe(isUtf8(bytes) && isJson(bytes));
        const last = Buffer.from(`"${"x".repeat(place)}${String.fromCharCode(byte)}"`);
        expect(accepts(last)).toBe(isJson(last));
      }
    }
  });

  it("does not depend on the text before, which was longer", () => {
    const index = indexOf('{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}');
    for (const text of ['{"a":"x', '{"a":1', "[12", '"\\u12', "tru"]) {
      expect(() => index.scan(Buffer.from(text), ALL_LEVELS)).toThrow(InvalidJsonError);
      expect(index.count).toBe(0);
    }
  });

  it("is told by where it ends to make sense, and by nothing of what it says", () => {
    expect(() => indexOf('{"secret": "x" "y"}')).toThrow(new InvalidJsonError("invalid JSON", 15));
  });
});

describe("JsonIndex", () => {
  it("finds exactly the values that JSON.parse finds", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const index = indexOf(text);
        const { built, values } = rebuilt(index, 0);
        expect(JSON.stringify(built)).toBe(JSON.stringify(JSON.parse(text)));
        expect(index.count).toBe(values);
        expect([index.start(0), index.end(0)]).toEqual([0, Buffer.byteLength(text)]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("goes down to a level, and no deeper", () => {
    const text = '{"a":[{"b":1},[2]],"c":3}';
    const texts = (deepest: number) => {
      const index = indexOf(text, deepest);
      return Array.from({ length: index.count }, (_, value) => index.text(value));
    };
    expect(texts(0)).toEqual([text]);
    expect(texts(1)).toEqual([text, '[{"b":1},[2]]', "3"]);
    expect(texts(2)).toEqual([text, '[{"b":1},[2]]', '{"b":1}', "[2]", "3"]);
    expect(texts(3)).toEqual([text, '[{"b":1},[2]]', '{"b":1}', "1", "[2]", "2", "3"]);
  });

  it("knows of an object before that has the same keys, and is never wrong", () => {
    let same = 0;
    const keys = fc.constantFrom(
      ...[[], ['"a"'], ['"a"', '"b"'], ['"a"', '"b"', '"a"'], ['"\\u0061"', '"b"'], ['"b"', '"a"']],
      ...[['"a"', '""'], ['"a"', '"bb"'], ['"aaaaaaaaaaaaaaaaa"'], ['"aaaaaaaaaaaaaaaab"']],
    );
    const value = fc.constantFrom("1", "{}", '{"a":1}', "[]", '[{"b":1}]', '"a"');
    const object = fc.tuple(keys, value).map(([names, text]) => {
      return `{${names.map((name) => `${name}:${text}`).join()}}`;
    });
    const element = fc.oneof({ weight: 6, arbitrary: object }, fc.constantFrom("1", "{}", "[1]"));
    const rows = fc.array(element, { maxLength: 12 }).map((elements) => `[${elements.join()}]`);
    const answer = fc.tuple(rows, rows, fc.constantFrom('"a"', '"b"')).map(([one, other, key]) => {
      return `{${key}:${one},"b":${other},"c":{"a":{"a":1},"b":2,"c":{"a":1,"b":2}}}`;
    });
    fc.assert(
      fc.property(answer, (text) => {
        const index = indexOf(text, 3);
        const keysOf = (object: number) =>
          [...index.inside(object)].map((member) =>
            text.slice(index.keyStart(member), index.keyEnd(member)),
          );
        for (let value = 0; value < index.count; value++) {
          const other = index.sameKeysAs(value);
          if (other === value) continue;
          same++;
          expect(other).toBeLessThan(value);
          expect(keysOf(other)).toEqual(keysOf(value));
        }
      }),
      { numRuns: 2_000 },
    );
    expect(same).toBeGreaterThan(1_000);
  });

  it("knows it of all rows that have the keys of the row above", () => {
    const row = (id: number) =>
      `{"id":${id}, "a long name that takes blocks":{"id":[{}]},"b":null}`;
    const index = indexOf(`{"items":[${[1, 2, 3].map(row).join()},{"id":4},{"id":5}]}`, 3);
    const rows = [...index.inside(1)];
    expect(rows.map((value) => rows.indexOf(index.sameKeysAs(value)))).toEqual([0, 0, 0, 3, 3]);
  });

  it("knows it of rows of several kinds, in any order, but of no more kinds than it has room for", () => {
    const kinds = Array.from({ length: 9 }, (_, kind) => `{"id":1,"${"k".repeat(kind + 1)}":2}`);
    const [a = "", b = "", c = ""] = kinds;
    const firstsOf = (...texts: string[]) => {
      const index = indexOf(`{"items":[${texts.join()}]}`, 3);
      const rows = [...index.inside(1)];
      return rows.map((value) => rows.indexOf(index.sameKeysAs(value)));
    };
    expect(firstsOf(a, b, a, b, c, b, a, c, c)).toEqual([0, 1, 0, 1, 4, 1, 0, 4, 4]);
    expect(firstsOf(a, "{}", a, "1", a, '{"id":1}', a)).toEqual([0, 1, 0, 3, 0, 5, 0]);
    expect(firstsOf(...kinds, ...kinds)).toEqual([...kinds.keys(), 0, 1, 2, 3, 4, 5, 6, 7, 17]);
  });

  it("finds a member by its name, however it is written; of two the last", () => {
    const index = indexOf('{"id":1,"i\\u0064":2,"other":{"id":3}}', 1);
    const member = index.member(0, "id");
    expect(member && index.text(member)).toBe("2");
    expect(index.member(0, "never seen")).toBeUndefined();
    expect(indexOf('["id"]').member(0, "id")).toBeUndefined();
  });

  it("holds more values than there was room for at first", () => {
    const values = 300_000;
    const index = indexOf(`[${"1,".repeat(values - 1)}1]`);
    expect(index.count).toBe(values + 1);
    expect(index.text(values)).toBe("1");
    expect(index.next(0)).toBe(values + 1);
  });

  it("stays as it is while other texts are scanned", () => {
    const index = indexOf('{"a":[1,2]}');
    indexOf('[[["longer than the first"]]]');
    expect(rebuilt(index, 0).built).toEqual({ a: [1, 2] });
  });
});
