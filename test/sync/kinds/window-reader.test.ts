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
import { PageMaker } from "../pages.ts";
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

async function readWindow(
  reader: ListReader,
  window = { start: Number.NEGATIVE_INFINITY, end: Date.parse("2027-01-01") },
): Promise<string | undefined> {
  lines = [];
  const lane = laneOf(contextWith({ reader, pageSize: 2, readAhead: 2 }));
  const output = new Output(select(stream), lane);
  const windows = new WindowReader({ stream, source, output }, lane);
  const steps = windows.read(window, await windows.first(window));
  let next = await steps.next();
  while (!next.done) {
    if (next.value.kind === "records") lines.push(Buffer.from(next.value.lines).toString());
    next = await steps.next();
  }
  return next.value ?? output.problem;
}

const idsWritten = () => [...lines.join("").matchAll(/"id":"(\d)"/g)].map(([, id]) => id).join("");

type Question = Pick<ListRequest, "sorting"> & { readonly page: number; readonly limit: number };
type Answer = (question: Question) => readonly [rows: readonly object[], count: number | undefined];

/** Sends what a test says, from a list of so many events. */
class ToldReader extends ListReader {
  readonly maker = new PageMaker();
  readonly #answer: Answer;

  constructor(client: PolarClient, answer: Answer) {
    super(client);
    this.#answer = answer;
  }

  override async read({ sorting }: ListRequest, page: number, limit: number): Promise<ListPage> {
    const [rows, totalCount] = this.#answer({ sorting, page, limit });
    const lastPage = totalCount === undefined ? page + 1 : Math.ceil(totalCount / limit);
    return this.maker.page(rows, { totalCount, lastPage, receivedAt: 0 });
  }
}

describe("events at the borders of a window", () => {
  const start = Date.parse("2026-08-01T12:00:00Z");
  const window = { start, end: start + 1_000 };
  const near = ["11:59:59.999", "12:00:00", "12:00:00.999999", "12:00:01"];

  async function read(times: readonly string[]) {
    const { client } = openClient("http://127.0.0.1:1");
    const rows = times.map((time, at) => ({ id: String(at), timestamp: `2026-08-01T${time}Z` }));
    const reader = new ToldReader(client, () => [rows, rows.length]);
    const problem = await readWindow(reader, window);
    expect(reader.maker.held).toBe(0);
    return { ids: idsWritten(), problem };
  }

  it("are the neighbour's that stand on the end, or just before the start", async () => {
    expect(await read(near)).toEqual({ ids: "12", problem: undefined });
  });

  it.each(["11:59:59.998", "12:00:01.001"])("are none of it that are of %s", async (far) => {
    const { ids, problem } = await read([...near, far]);
    expect(ids).toBe("12");
    expect(problem).toContain("1 rows of events came although others were asked for");
  });
});

describe("the oldest event of a window", () => {
  const start = Date.parse("2026-08-01T12:00:00Z");
  const window = { start, end: start + 1_000 };

  it.each([
    ["is the first that there is", "2026-08-01T12:00:00.7Z", start + 700],
    ["may be as old as the window, where it does not tell", "soon", start],
    ["may be as old as the window, where another came", "2026-08-01T11:00:00Z", start],
  ])("%s", async (_, timestamp, expected) => {
    const { client } = openClient("http://127.0.0.1:1");
    const reader = new ToldReader(client, () => [[{ id: "1", timestamp }], 1]);
    const lane = laneOf(contextWith({ reader }));
    const output = new Output(select(stream), lane);
    const windows = new WindowReader({ stream, source, output }, lane);
    expect(await windows.oldest(window)).toBe(expected);
    expect(reader.maker.held).toBe(0);
  });
});

it("each window is counted by itself", async () => {
  const { client } = openClient("http://127.0.0.1:1");
  const events = [1, 2, 3].map((id) => ({ id: String(id), timestamp: "2026-08-01T12:00:00Z" }));
  let shown = events.slice(0, 2);
  const reader = new ToldReader(client, () => [shown, shown.length]);
  const lane = laneOf(contextWith({ reader }));
  const windows = new WindowReader(
    { stream, source, output: new Output(select(stream), lane) },
    lane,
  );
  const window = { start: Number.NEGATIVE_INFINITY, end: Date.parse("2027-01-01") };
  const read: number[] = [];
  for (const now of [events.slice(0, 2), events]) {
    shown = now;
    for await (const step of windows.read(window, await windows.first(window))) {
      if (step.kind === "records") read.push(step.count);
    }
  }
  expect(read).toEqual([2, 3]);
});

it("a window that is not counted is read once", async () => {
  const { client } = openClient("http://127.0.0.1:1");
  const pages: number[] = [];
  const event = { id: "1", timestamp: "2026-08-01T12:00:00Z" };
  const reader = new ToldReader(client, ({ page }) => {
    pages.push(page);
    return [page === 1 ? [event] : [], undefined];
  });
  expect(await readWindow(reader)).toContain("the API gives no count");
  expect(idsWritten()).toBe("1");
  expect(pages).toEqual([1, 1, 2]);
});

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

  it("is read again when an event has gone meanwhile, which moves others to pages that were read", async () => {
    const { client } = openClient("http://127.0.0.1:1");
    const events = [1, 2, 3, 4, 5, 6].map((id) => ({
      id: String(id),
      timestamp: `2026-08-01T12:0${id}:00Z`,
    }));
    const reader = new ToldReader(client, ({ sorting, page, limit }) => {
      const isBackwards = sorting[0]?.startsWith("-");
      if (!isBackwards && page === 2 && events.length === 6) events.shift();
      const sorted = isBackwards ? events.toReversed() : events;
      return [sorted.slice((page - 1) * limit, page * limit), events.length];
    });
    expect(await readWindow(reader)).toBeUndefined();
    expect(reader.maker.held).toBe(0);
    expect(idsWritten()).toBe("124563");
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
      expect({ times: expected.times, ids: idsWritten(), problem }).toEqual(expected);
    },
  );
});
