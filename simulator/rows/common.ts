/** What rows of many lists have in common: people, addresses and other values that are hard to carry. */
import type { RowMaker } from "../blueprint.ts";
import { type Form, type Json, type Live, type Properties, Raw, Slot } from "../json.ts";
import { hash, pick } from "../random.ts";
import { Ref } from "../ref.ts";
import { DAY, timeText, writeDigits } from "../time.ts";
import type { World } from "../world.ts";

const names = [
  "Zoë Ångström",
  'José "Pepe" Núñez',
  "Мария Иванова",
  "田中 太郎",
  "محمد علي",
  "नमस्ते",
  "Σωκράτης",
  "Line\nbreak",
  "Tab\there",
  "  padded  ",
  "e\u0301 combining",
  "Ken \u200b ZWSP",
  "Emoji 👩‍👩‍👧 family",
  "O'Brien; DROP TABLE",
  "Sep\u2028arator \\ back",
  "",
] as const;

const longText = "x".repeat(500);

type Member = readonly [name: string, text: string];

const extras: readonly (readonly Member[])[] = [
  [],
  [["flag", "true"]],
  [
    ["flag", "false"],
    ["float", "3.0"],
  ],
  [["big_int", "12345678901234567890123"]],
  [["big_int", "9223372036854775809"]],
  [
    ["big_int", "9007199254740993"],
    ["float", "0.1"],
  ],
  [["float", "123456789.12345679"]],
  [["float", "1000000000000000000000"]],
  [["float", `25${"0".repeat(299)}`]],
  [["float", "0.0"]],
  [
    ["__proto__", '"x"'],
    ["constructor", '"y"'],
    ["looks_like_date", '"2026-01-01T00:00:00Z"'],
    ["looks_like_number", '"00123"'],
  ],
  [["emoji 🔑 key.with.dots", '"välue \\"quoted\\" \\\\ back\u2028sep \ud7ff"']],
  [
    ["", '"empty key"'],
    ["empty", '""'],
  ],
];

const sources = ["web", "api", "", "日本語", "импорт"] as const;

/** User metadata: integers beyond 2^64, floats in several spellings, keys that scripts stumble over. */
export function metadata(row: RowMaker, salt: number): Raw {
  const random = row.random(salt + 5000);
  if (random % 5 < 2) return new Raw("{}");
  const long: readonly Member[] = random % 97 === 5 ? [["long", `"${longText}"`]] : [];
  const members: readonly Member[] = [
    ["n", String(random % 90)],
    ["source", `"${pick(sources, random >>> 4)}"`],
    ...pick(extras, random >>> 8),
    ...long,
  ];
  // The order that PostgreSQL's jsonb gives: shorter names first.
  const sorted = [...members].sort(
    ([a], [b]) => Buffer.byteLength(a) - Buffer.byteLength(b) || (a < b ? -1 : 1),
  );
  return new Raw(`{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`);
}

const addresses: readonly Json[] = [
  null,
  {
    line1: "1 Market St",
    line2: null,
    postal_code: "94103",
    city: "San Francisco",
    state: "US-CA",
    country: "US",
  },
  { line1: "Åvägen 1", line2: null, postal_code: null, city: "Malmö", state: null, country: "SE" },
  {
    line1: "1 rue de la Ré",
    line2: null,
    postal_code: "69001",
    city: "Lyon",
    state: null,
    country: "FR",
  },
  { line1: null, line2: null, postal_code: null, city: null, state: "CA-QC", country: "CA" },
  { line1: null, line2: null, postal_code: null, city: null, state: null, country: "JP" },
];

export const address = (row: RowMaker, salt: number): Json => pick(addresses, row.random(salt));

export const name = (row: RowMaker, salt: number): string => pick(names, row.random(salt));

export function hexDigits(row: RowMaker, salt: number, length: number): string {
  let digits = "";
  for (let part = 0; digits.length < length; part++) {
    digits += hash(row.random(salt), part).toString(16).padStart(8, "0");
  }
  return digits.slice(0, length);
}

/** A number of fixed width that differs from row to row. `before` and `after` surround it. */
export function numbered(
  before: string,
  after: string,
  width: number,
  number: (index: number) => number = (index) => index,
): Slot {
  const text = (index: number): string =>
    `${before}${String(number(index)).padStart(width, "0")}${after}`;
  const ends = [before, after].map((end) => Buffer.from(end, "latin1"));
  return Slot.quoted(
    before.length + width + after.length,
    (index, bytes, offset) => {
      bytes.set(ends[0] ?? [], offset);
      writeDigits(number(index), width, bytes, offset + before.length);
      bytes.set(ends[1] ?? [], offset + before.length + width);
    },
    text,
  );
}

/** A moment of its own that has nothing to do with created_at. */
function moment(row: RowMaker, salt: number): number {
  const age = (row.random(salt) / 2 ** 32) * 300 * DAY;
  return Math.floor(row.world.now - age);
}

export const momentText = (row: RowMaker, salt: number): string => timeText(moment(row, salt));

/** modified_at: null until the first change, which a third of the rows have behind them. */
export const modifiedAt = (row: RowMaker): Slot | null =>
  row.oneIn(3, 3) ? row.changedAt(60 + (row.random(4) % 2_000_000)) : null;

export const idOf = (world: World, table: string, index: number): string =>
  world.table(table).id(index);

/** Another table's row, always the same one. */
export const refTo = (world: World, table: string, index: number): Ref =>
  new Ref(world.table(table), index);

/** Another table's row as its list shows it. */
export const rowOf = (world: World, table: string, index: number): Live =>
  refTo(world, table, index).embed();

/** The properties of these names, in this order. */
export const only =
  (...names: readonly string[]): Form =>
  (properties) =>
    Object.fromEntries(names.flatMap((name) => entryOf(properties, name)));

/** All but the properties of these names. */
export const without =
  (...names: readonly string[]): Form =>
  (properties) =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

const entryOf = (properties: Properties, name: string): [string, Json][] => {
  const value = properties[name];
  return value === undefined ? [] : [[name, value]];
};

/** The elements of a list; none of what is no list. */
export const elementsOf = (value: Json | undefined): readonly Json[] =>
  typeof value === "object" && value !== null && isList(value) ? value : [];

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
