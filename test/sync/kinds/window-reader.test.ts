import { describe, expect, it } from "vitest";
import type { PolarClient } from "../../../src/polar/client.ts";
import { type ListPage, ListReader } from "../../../src/polar/list.ts";
import type { ListRequest } from "../../../src/polar/page-search.ts";
import { WindowReader } from "../../../src/sync/kinds/window-reader.ts";
import { Output } from "../../../src/sync/records/output.ts";
import { openClient } from "../../polar/clients.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextWith, select } from "../contexts.ts";
import { forEverySchedule } from "../every-schedule.ts";
import { type Change, changesOf, rowsOf, ScheduledList } from "../scheduled-list.ts";
import { laneOf } from "../syncs.ts";

const all = process.env.SCHEDULES === "all";

/** Reads pages of a list that changes. */
class ScheduledReader extends ListReader {
  readonly #list: ScheduledList;

  constructor(client: PolarClient, list: ScheduledList) {
    super(client);
    this.#list = list;
  }

  override read({ sorting, query }: ListRequest, page: number, limit: number): Promise<ListPage> {
    return this.#list.read({ sorting, query, limit }, page);
  }
}

const stream = streamNamed("events");
if (stream.source.kind !== "windows") throw new Error("events are read in windows");
const { source } = stream;

/** Sends page 2 for page 3, so many times. */
class RepeatingReader extends ScheduledReader {
  readonly #times: number;
  #repeated = 0;

  constructor(client: PolarClient, list: ScheduledList, times: number) {
    super(client, list);
    this.#times = times;
  }

  override read(request: ListRequest, page: number, limit: number): Promise<ListPage> {
    const isRepeated = page === 3 && this.#repeated++ < this.#times;
    return super.read(request, isRepeated ? 2 : page, limit);
  }
}

/** Some events, of which some came in twice. */
function eventsOf(count: number, repeated: readonly string[]) {
  const rows = rowsOf(count);
  return [...rows, ...rows.filter(({ id }) => repeated.includes(id))];
}

/** What the present reading has written. */
let lines: string[] = [];

async function readWindow(reader: ListReader): Promise<string | undefined> {
  lines = [];
  const lane = laneOf(contextWith({ reader, pageSize: 2, readAhead: 2 }));
  const output = new Output(select(stream), lane);
  const windows = new WindowReader({ stream, source, output }, lane);
  const window = { start: Number.NEGATIVE_INFINITY, end: Date.parse("2027-01-01") };
  const steps = windows.read(window, await windows.first(window));
  let next = await steps.next();
  while (!next.done) {
    if (next.value.kind === "records") lines.push(Buffer.from(next.value.lines).toString());
    next = await steps.next();
  }
  return next.value;
}

describe("a window whose rows may be there several times", () => {
  it.each([
    ["none is", []],
    ["two are", ["2", "4"]],
  ])("loses none by any one change, where %s", async (_, repeated) => {
    const { client } = openClient("http://127.0.0.1:1");
    const lost: string[] = [];
    let whole = 0;
    const read = async (change: Change) => {
      await forEverySchedule(
        async (choose) => {
          const scheduled = new ScheduledList({
            rows: eventsOf(5, repeated),
            changes: [change],
            choose,
          });
          const reader = new ScheduledReader(client, scheduled);
          const problem = await scheduled.serve(readWindow(reader));
          if (problem !== undefined) return;
          whole++;
          const text = lines.join("");
          const missing = scheduled.lasting.filter((id) => !text.includes(`"id":"${id}"`));
          if (missing.length > 0) lost.push(`${change.name}: without ${missing.join(" ")}`);
        },
        all ? undefined : 8,
      );
    };
    for (const change of changesOf(5, 0)) await read(change);
    expect(lost).toEqual([]);
    expect(whole).toBeGreaterThan(150);
  });

  it.each([
    { times: 2, ids: "123678945", problem: undefined },
    {
      times: Number.POSITIVE_INFINITY,
      ids: "1236789",
      problem: "7 rows of events were found but the API counts 10, however often they were read.",
    },
  ])(
    "is not whole as long as a page comes in another one's place, $times times",
    async (expected) => {
      const { client } = openClient("http://127.0.0.1:1");
      const list = new ScheduledList({ rows: eventsOf(9, ["2"]), changes: [], choose: () => 0 });
      const reader = new RepeatingReader(client, list, expected.times);
      const problem = await list.serve(readWindow(reader));
      const ids = [...lines.join("").matchAll(/"id":"(\d)"/g)].map(([, id]) => id).join("");
      expect({ times: expected.times, ids, problem }).toEqual(expected);
    },
  );
});
