/** What records are to be made of rows: said once more, slowly, for rows as trees. */
import type { JsonType, Property } from "../../../src/streams/define.ts";
import type { ColumnChoice } from "../../../src/sync/records/chosen-columns.ts";
import { print, type Tree, without } from "../json-tree.ts";

type Column = readonly [name: string, Property];
export type Member = readonly [key: string, value: Tree];

/** The JSON of what a column gets that is not the item's; undefined where the parent has none. */
export type Beside = (column: Column) => string | undefined;

interface ModelRecords {
  /** Their JSON, without white space. */
  readonly records: string[];
  /** The declared types of properties that went to `_extra` as news. */
  readonly drifts: Map<string, JsonType | undefined>;
  /** Selected columns that no row had. */
  readonly unseen: string[];
}

/** The records of rows. `keepsExtra` says whether there is an `_extra` to keep things in. */
export function modelRecords(
  columns: readonly Column[],
  rows: readonly (readonly Member[])[],
  choice: ColumnChoice,
  keepsExtra: boolean,
  beside: Beside,
): ModelRecords {
  const drifts = new Map<string, JsonType | undefined>();
  const chosen = columns.filter(([name]) => choice.columns.has(name));
  const unlisted = [...choice.unlistedColumns].flatMap((name) =>
    columns.filter(([column]) => column === name),
  );
  const seen = new Set(chosen.filter((column) => !isItems(column) && beside(column) !== undefined));
  const inside = (name: string) =>
    choice.excludedPaths.filter(([first]) => first === name).map((path) => path.slice(1));
  const member = (name: string, value: string) => `${JSON.stringify(name)}:${value}`;
  const written = (name: string, value: string) => {
    const staysItself = value.startsWith('"') || value === "null" || !choice.textColumns.has(name);
    return member(name, staysItself ? value : JSON.stringify(value));
  };

  const records = rows.map((row) => {
    const record = new Map<string, string>();
    const extra: Member[] = [];
    for (const [key, tree] of row) {
      const column = columns.find((one) => propertyOf(one) === key);
      if (!column) {
        if (keepsExtra) drifts.set(key, undefined);
        extra.push([key, tree]);
        continue;
      }
      const [name, property] = column;
      const value = without(tree, inside(name));
      if (!isItems(column)) continue;
      if (chosen.includes(column)) {
        seen.add(column);
        if (fits(print(tree), property.type)) {
          record.set(name, written(name, print(value)));
          continue;
        }
        drifts.set(key, property.type);
      }
      if (chosen.includes(column) || unlisted.includes(column)) extra.push([key, value]);
    }
    const own = [...record.keys()];
    for (const column of [...unlisted, ...chosen].filter((one) => !isItems(one))) {
      const value = beside(column);
      if (value === undefined) continue;
      if (chosen.includes(column)) record.set(column[0], written(column[0], value));
      else extra.push([column[0], { kind: "scalar", text: value }]);
    }
    if (keepsExtra && extra.length > 0) {
      const kept = without({ kind: "object", members: extra }, inside("_extra"));
      record.set("_extra", written("_extra", print(kept)));
    }
    const all = [...choice.columns].filter(
      (name) => name === "_extra" || columns.some(([column]) => column === name),
    );
    const order = choice.everyColumn
      ? all
      : [...own, ...all.filter((name) => record.has(name) && !own.includes(name))];
    return `{${order.map((name) => record.get(name) ?? member(name, "null"))}}`;
  });
  const unseen = rows.length === 0 ? [] : chosen.filter((column) => !seen.has(column));
  return { records, drifts, unseen: unseen.map(([name]) => name) };
}

const isItems = ([, { origin }]: Column): boolean => origin === undefined || origin.from === "item";

/** The item's property of a column; one of its name gives way to what comes from elsewhere. */
const propertyOf = ([name, { origin }]: Column): string =>
  origin?.from === "item" ? origin.property : name;

/** Whether a value is of a declared type, or null. */
export function fits(text: string, declared: JsonType): boolean {
  const type = typeOf(text);
  return type === "null" || type === declared || (type === "integer" && declared === "number");
}

function typeOf(text: string): JsonType | "null" {
  if (text === "null") return "null";
  if (text.startsWith('"')) return "string";
  if (text.startsWith("{")) return "object";
  if (text.startsWith("[")) return "array";
  if (text === "true" || text === "false") return "boolean";
  return /^-?\d+$/.test(text) ? "integer" : "number";
}
