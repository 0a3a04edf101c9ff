/** JSON as text, written in all the ways in which it may be written. */
import fc from "fast-check";

const space = fc.constantFrom("", "", "", " ", "\n", "\t", "\r\n", " \n  ");

const number = fc.oneof(
  fc.constantFrom(
    ...["0", "-0", "-0.0", "1.10", "1E-12", "1e+17", "-9.999999999999979e+16", "2.5E300", "1e9999"],
    ...["12345678901234567890123", "9".repeat(300), `0.${"1".repeat(300)}`, "9007199254740993"],
  ),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/),
);

const string = fc.oneof(
  fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
  fc
    .array(
      fc.constantFrom(
        ...["a", " ", "é", "\u2028", "\u007f", "😀", "\\n", "\\/", '\\"', "\\\\", "\\b\\f\\r\\t"],
        ...["\\u00e9", "\\uD83D\\uDE00", "\\ud800", "\\u0000", "{", "}", "[", "]", ",", ":"],
      ),
    )
    .map((pieces) => `"${pieces.join("")}"`),
);

/** Few enough that an object often has the same key twice, also written in two ways. */
const key = fc.oneof(
  fc.constantFrom('"id"', '"a"', '"\\u0061"', '"__proto__"', '"constructor"', '""', '"items"'),
  string,
);

/** Puts white space, or none, around every part. */
const spaced = (parts: fc.Arbitrary<string>) =>
  fc.tuple(space, parts, space).map(([before, part, after]) => before + part + after);

const list = (open: string, element: fc.Arbitrary<string>, close: string) =>
  fc.oneof(
    fc.array(element, { maxLength: 6 }).map((elements) => open + elements.join(",") + close),
    space.map((inside) => open + inside + close),
  );

const { value, object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("null", "true", "false"),
    number,
    string,
    tie("array"),
    tie("object"),
  ),
  array: list("[", spaced(tie("value")), "]"),
  object: list(
    "{",
    fc.tuple(spaced(key), spaced(tie("value"))).map(([name, text]) => `${name}:${text}`),
    "}",
  ),
}));

/** Any JSON value, without white space around it. */
export const jsonText: fc.Arbitrary<string> = fc.oneof(
  value,
  fc
    .tuple(fc.jsonValue(), fc.constantFrom(0, 2, "\t"))
    .map(([json, indent]) => JSON.stringify(json, null, indent)),
);

/** An array of objects as a whole text. */
export const rowsText: fc.Arbitrary<string> = list("[", spaced(object), "]");

/** The bytes of a text after a few changes that may break it: bytes replaced, cut out, put in. */
export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const byte = fc.oneof(
    fc.constantFrom(...Buffer.from('{}[],:"\\0123456789eE+-.tfnu \n\u0001')),
    fc.nat(0x7f),
  );
  const change = fc.record({
    at: fc.nat(10_000),
    remove: fc.constantFrom(0, 1, 1, 2, 10_000),
    insert: fc.array(byte, { maxLength: 2 }),
  });
  return fc
    .tuple(text, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([original, changes]) => {
      let bytes = Buffer.from(original);
      for (const { at, remove, insert } of changes) {
        const from = at % (bytes.length + 1);
        const rest = bytes.subarray(from + remove);
        bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(insert), rest]);
      }
      return bytes;
    });
}

/** Whether JSON.parse takes it. */
export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}
