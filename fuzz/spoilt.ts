/** Texts that were good, and are not quite any more. */
import fc from "fast-check";
import { damaged, jsonText } from "../test/polar/json/json-texts.ts";
import { spansOf } from "./strict-json.ts";

/** What may stand in the place of a value, and is seldom meant. */
const snippet = fc.oneof(
  fc.constantFrom(
    ...["null", "true", "false", "0", "-1", "1.5", "-0", "1e999", "9007199254740993", "1e300"],
    ...['""', '" "', '"x"', '"polar_oat_abcdefgh"', '"\\u0000"', '"\\ud800"', '"*"', '"a.b.c"'],
    ...['"2026-08-20T07:12:32.5Z"', '"9999-12-31T23:59:59.999-23:59"', '"0000-01-01T00:00:00Z"'],
    ...[
      '"2026-02-30"',
      '"2026-13-01"',
      '"0000-01-01"',
      '"9999-12-31"',
      '"AAAA////"',
      '"FULL_TABLE"',
    ],
    ...['"INCREMENTAL"', '"__proto__"', '"constructor"', '"properties"', '"object"', '["null"]'],
    ...[
      "{}",
      "[]",
      "[null]",
      "[[]]",
      '{"a":1}',
      '{"__proto__":{"polluted":true}}',
      '["properties"]',
    ],
    ...["[".repeat(3_000) + "]".repeat(3_000), `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`],
  ),
  jsonText,
);

const key = fc.oneof(
  fc.constantFrom(
    ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", "selected"],
    ...["value", "type", "bookmarks", "singer_state", "completed_state", "format", "version"],
  ),
  fc.string(),
);

interface Change {
  /** Which of the values, counted around. */
  readonly at: number;
  readonly does: "replace" | "remove" | "wrap" | "add";
  readonly key: string;
  readonly snippet: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(100_000),
  does: fc.constantFrom("replace", "replace", "remove", "wrap", "add"),
  key,
  snippet,
});

/** A JSON text of which some values are others, and, seldom, some bytes. */
export function spoilt(originals: readonly string[]): fc.Arbitrary<Buffer> {
  const original = fc.constantFrom(...originals);
  const changed = fc
    .tuple(original, fc.array(change, { maxLength: 4 }))
    .map(([text, changes]) => changes.reduce(apply, text));
  return fc.oneof(
    { weight: 6, arbitrary: changed.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: damaged(changed) },
    { weight: 1, arbitrary: fc.oneof(damaged(jsonText), fc.string().map(Buffer.from)) },
  );
}

function apply(text: string, { at, does, key: name, snippet: value }: Change): string {
  const spans = spansOf(text);
  const span = spans?.[at % spans.length];
  if (!span) return text;
  const old = text.slice(span.start, span.end);
  const member = `${JSON.stringify(name)}:`;
  const added = span.keyStart > 0 ? `${old},${member}${value}` : `${old},${value}`;
  const put = {
    replace: value,
    remove: span.keyStart > 0 ? "null" : "{}",
    wrap: `{${member}${old}}`,
    add: span.level > 0 ? added : old,
  }[does];
  return text.slice(0, span.start) + put + text.slice(span.end);
}
