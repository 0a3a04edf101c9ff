/** What a stream must hold when nothing changes any more: made of the simulator's tables. */
import type { Simulator } from "../simulator/index.ts";
import { propertiesOf } from "../simulator/json.ts";
import type { PeriodSource, Stream } from "../src/streams/define.ts";
import {
  columnsFrom,
  daysBetween,
  type JsonRow,
  jsonRows,
  keyText,
  rowsOf,
  tableRows,
} from "../test/support/organization.ts";

/** The JSON text of each column, by its name. */
export type RowText = ReadonlyMap<string, string>;

/** Columns that show other rows as they were when an event was read; events are read once. */
const asOfTheFetch: readonly string[] = ["customer", "child_count", "label"];

/** Of which time on the tap was asked to read, and until when. */
export interface Span {
  readonly since: Date;
  readonly now: Date;
}

/** The rows of a stream by their key, with the columns that can be compared. */
export async function truthOf(
  simulator: Simulator,
  stream: Stream,
  span: Span,
): Promise<Map<string, RowText>> {
  const rows = await textsOf(simulator, stream, span);
  const untold = new Set(
    Object.keys(stream.properties).filter((name) => {
      const { secretsInside = [] } = stream.properties[name] ?? {};
      return secretsInside.length > 0 || (isWindow(stream) && asOfTheFetch.includes(name));
    }),
  );
  for (const row of rows.values()) for (const name of untold) row.delete(name);
  return rows;
}

/** A record's columns, as texts that can be compared with the truth. */
export function columnsOf(stream: Stream, record: string): RowText {
  return isTable(stream)
    ? rawTexts(record)
    : valueTexts(jsonRows.element.parse(JSON.parse(record)));
}

const isWindow = ({ source }: Stream) => source.kind === "windows";

/** Rows whose text is the API's own. Others are put together of several answers. */
const isTable = ({ source }: Stream) => ["list", "windows", "array"].includes(source.kind);

async function textsOf(
  simulator: Simulator,
  stream: Stream,
  { since, now }: Span,
): Promise<Map<string, Map<string, string>>> {
  const { source, name } = stream;
  if (!isTable(stream)) {
    const rows =
      source.kind === "periods"
        ? await periodRows(simulator, stream, source, daysBetween(dayOf(since), dayOf(now)))
        : await rowsOf(simulator, stream, []);
    return new Map(rows.map((row) => [keyText(stream, row), valueTexts(row)]));
  }
  const hiddenToo = source.kind === "list" && source.hiddenUnless !== undefined;
  const texts = new Map<string, Map<string, string>>();
  for (const { hidden, json } of simulator.rows(name)) {
    if (hidden && !hiddenToo) continue;
    const row = jsonRows.element.parse(JSON.parse(json));
    const time = source.kind === "windows" ? Date.parse(String(row[source.timestamp])) : undefined;
    if (time !== undefined && time < since.getTime()) continue;
    texts.set(keyText(stream, row), rawTexts(json));
  }
  return texts;
}

async function periodRows(
  simulator: Simulator,
  stream: Stream,
  source: PeriodSource,
  days: readonly string[],
): Promise<JsonRow[]> {
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const isDate = source.borders === "date";
  const request = { interval: "day", timezone: "UTC" };
  const rows: JsonRow[] = [];
  for (const parent of tableRows(simulator, source.parent)) {
    const id = String(parent.id);
    const url = new URL(source.path.replace("{id}", id), simulator.url);
    if (source.parameter !== undefined) url.searchParams.set(source.parameter, id);
    url.searchParams.set(source.startParameter, isDate ? first : `${first}T00:00:00Z`);
    url.searchParams.set(source.endParameter, isDate ? last : `${last}T23:59:59Z`);
    url.searchParams.set("interval", "day");
    const authorization = `Bearer ${simulator.accessToken}`;
    const response = await fetch(url, { headers: { authorization } });
    const answer = jsonRows.element.parse(await response.json());
    for (const item of jsonRows.parse(answer[source.rowsAt])) {
      rows.push(columnsFrom(stream, item, parent, request));
    }
  }
  return rows;
}

const dayOf = (time: Date) => time.toISOString().slice(0, 10);

function rawTexts(json: string): Map<string, string> {
  return new Map([...propertiesOf(json)].map(([name, { text }]) => [name, text]));
}

function valueTexts(row: JsonRow): Map<string, string> {
  return new Map(
    Object.entries(row).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, JSON.stringify(value)]],
    ),
  );
}
