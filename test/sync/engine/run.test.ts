import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ForbiddenError, UnauthorizedError } from "../../../src/polar/errors.ts";
import { TapError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import { MessageWriter } from "../../../src/singer/writer.ts";
import { defineStream } from "../../../src/streams/define.ts";
import { text } from "../../../src/streams/fields.ts";
import { LaneProgress } from "../../../src/sync/contract/lane-progress.ts";
import type { SelectedDeclaration } from "../../../src/sync/contract/selected.ts";
import type { Step, Sync } from "../../../src/sync/contract/step.ts";
import type { LanePlan } from "../../../src/sync/engine/lanes.ts";
import { type RunOptions, run } from "../../../src/sync/engine/run.ts";
import { keptLog } from "../../polar/clients.ts";
import { settled } from "../../polar/clocks.ts";

/** What one lane does, step by step; an error is thrown. */
type Script = readonly (Step | Error)[];

const records = (stream: string, ...ids: number[]) => ({
  kind: "records" as const,
  stream,
  count: ids.length,
  lines: Buffer.from(ids.map((id) => `${stream}:${id}\n`).join("")),
  unseenColumns: [],
});
const bookmark = (stream: string, page: number): Step => ({
  kind: "bookmark",
  stream,
  bookmark: { page },
});
const checkpoint: Step = { kind: "checkpoint" };

function selected(name: string): SelectedDeclaration {
  return {
    declaration: defineStream({
      name,
      description: "",
      scope: "",
      source: { kind: "array", path: "/" },
      properties: { id: text("") },
    }),
    selection: {
      stream: name,
      schema: {},
      keyProperties: ["id"],
      replicationMethod: "FULL_TABLE",
      replicationKey: undefined,
      columns: new Set(["id"]),
      textColumns: new Set(),
      unlistedColumns: new Set(),
      everyColumn: false,
      excludedPaths: [],
    },
  };
}

interface Setup extends Partial<RunOptions> {
  /** Awaited before each step of each lane. */
  readonly delay?: () => Promise<unknown>;
  /** Called for each line that the target gets; an error it throws is the target's end. */
  readonly onLine?: (line: string) => void;
}

function prepare(scripts: Readonly<Record<string, Script>>, setup: Setup = {}) {
  const lines: string[] = [];
  const output = new Writable({
    write(chunk, _, done) {
      try {
        for (const line of String(chunk).split("\n").slice(0, -1)) {
          lines.push(short(line));
          setup.onLine?.(short(line));
        }
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  const plans = Object.entries(scripts).map(([name, script]): LanePlan => {
    async function* steps(onAllRequested: () => void): Sync {
      for (const step of script) {
        await setup.delay?.();
        if (step instanceof Error) throw step;
        onAllRequested();
        yield step;
      }
      return [{ stream: name, problem: undefined }];
    }
    return {
      streams: [name],
      progress: new LaneProgress([name]),
      open: ({ onAllRequested }) => steps(onAllRequested),
    };
  });
  const { log, lines: logged } = keptLog();
  const options: RunOptions = {
    plans,
    selected: Object.keys(scripts).map(selected),
    readAhead: 4,
    state: State.empty(),
    writer: new MessageWriter(output),
    log,
    follower: undefined,
    signal: new AbortController().signal,
    monotonic: () => 0,
    ...setup,
  };
  return { lines, logged, outcomes: () => run(options) };
}

/** A message in few words. */
function short(line: string): string {
  if (!line.startsWith("{")) return line;
  const message = JSON.parse(line);
  if (message.type === "STATE") {
    const pages = Object.entries(message.value.bookmarks).map(
      ([stream, value]) => `${stream}=${Object(value).page}`,
    );
    return `STATE ${pages.join(" ")}`.trim();
  }
  return [message.type, message.stream, message.version].filter(Boolean).join(" ");
}

const ok = (...streams: string[]) => streams.map((stream) => ({ stream, problem: undefined }));

describe("run", () => {
  it("writes schemas, records and states in order", async () => {
    const { lines, outcomes } = prepare({
      a: [records("a", 1, 2), bookmark("a", 2), checkpoint, records("a", 3), bookmark("a", 3)],
      b: [],
      c: [records("c", 1), { kind: "activate", stream: "c", version: 7 }],
    });
    expect(await outcomes()).toEqual(ok("a", "b", "c"));
    expect(lines).toEqual([
      ...["SCHEMA a", "a:1", "a:2", "STATE a=2", "a:3", "STATE a=3"],
      ...["SCHEMA b", "STATE a=3"],
      ...["SCHEMA c", "c:1", "ACTIVATE_VERSION c 7", "STATE a=3"],
    ]);
  });

  it("writes the state last, also when nothing else is written, and never twice in a row", async () => {
    const idle = prepare({ a: [] });
    await idle.outcomes();
    expect(idle.lines).toEqual(["SCHEMA a", "STATE"]);
    const eager = prepare({ a: [bookmark("a", 1), checkpoint, checkpoint, checkpoint] });
    await eager.outcomes();
    expect(eager.lines).toEqual(["SCHEMA a", "STATE a=1"]);
    const none = prepare({});
    expect(await none.outcomes()).toEqual([]);
    expect(none.lines).toEqual(["STATE"]);
  });

  it("writes the same whatever the time that each answer takes", async () => {
    const step = fc.oneof(
      fc.nat(9).map((id) => (stream: string) => records(stream, id)),
      fc.nat(9).map((page) => (stream: string) => bookmark(stream, page)),
      fc.constant(() => checkpoint),
      fc.constant(() => new ForbiddenError("no")),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        fc.scheduler(),
        fc.integer({ min: 0, max: 5 }),
        async (lanes, scheduler, readAhead) => {
          const scripts = Object.fromEntries(
            lanes.map((script, index) => [`s${index}`, script.map((make) => make(`s${index}`))]),
          );
          const calm = prepare(scripts);
          const expected = await calm.outcomes();
          const delay = () => scheduler.schedule(Promise.resolve());
          const stormy = prepare(scripts, { delay, readAhead });
          expect(await scheduler.waitFor(stormy.outcomes())).toEqual(expected);
          expect(stormy.lines).toEqual(calm.lines);
        },
      ),
    );
  });

  it("goes on with the others when a lane fails, and covers only what it wrote", async () => {
    const { lines, logged, outcomes } = prepare({
      a: [
        records("a", 1),
        bookmark("a", 1),
        records("a", 2),
        new ForbiddenError("it lacks a scope"),
      ],
      b: [new TapError("b broke")],
      c: [records("c", 1)],
    });
    expect(await outcomes()).toEqual([
      { stream: "a", problem: "it lacks a scope", exitCode: 2 },
      { stream: "b", problem: "b broke", exitCode: 1 },
      ...ok("c"),
    ]);
    expect(lines).toEqual([
      ...["SCHEMA a", "a:1", "a:2", "STATE a=1"],
      ...["SCHEMA b", "STATE a=1"],
      ...["SCHEMA c", "c:1", "STATE a=1"],
    ]);
    expect(logged).toContain("error: a is incomplete: it lacks a scope");
    expect(logged).toContain("duration: a false");
    expect(logged).toContain("duration: c true");
  });

  it("ends at once when the token is refused; nothing of what follows is complete", async () => {
    const { lines, outcomes } = prepare({
      a: [records("a", 1), bookmark("a", 1)],
      b: [records("b", 1), new UnauthorizedError("the token is expired")],
      c: [records("c", 1)],
    });
    expect(await outcomes()).toEqual([
      ...ok("a"),
      { stream: "b", problem: "the token is expired", exitCode: 2 },
      { stream: "c", problem: "the token is expired", exitCode: 2 },
    ]);
    expect(lines).toEqual(["SCHEMA a", "a:1", "STATE a=1", "SCHEMA b", "b:1", "STATE a=1"]);
  });

  it("that ends for want of a person needs one, whatever was incomplete before", async () => {
    const { logged, outcomes } = prepare({
      a: [new TapError("a broke")],
      b: [new UnauthorizedError("the token is expired")],
    });
    expect(await outcomes()).toEqual([
      { stream: "a", problem: "a broke", exitCode: 2 },
      { stream: "b", problem: "the token is expired", exitCode: 2 },
    ]);
    expect(logged).toContain("error: the token is expired");
  });

  it("closes with the last state when it is aborted", async () => {
    const abort = new AbortController();
    const reason = new Error("SIGTERM");
    const { lines, outcomes } = prepare(
      {
        a: [records("a", 1), bookmark("a", 1), records("a", 2), bookmark("a", 2), reason],
        b: [records("b", 1)],
      },
      {
        signal: abort.signal,
        onLine: (line) => {
          if (line === "a:2") abort.abort(reason);
        },
      },
    );
    expect(await outcomes()).toEqual([
      { stream: "a", problem: "the run was interrupted.", exitCode: 1 },
      { stream: "b", problem: "the run was interrupted.", exitCode: 1 },
    ]);
    expect(lines).toEqual(["SCHEMA a", "a:1", "a:2", "STATE a=2"]);
  });

  it("rejects with what is no trouble of a stream, after the last state", async () => {
    const { lines, outcomes } = prepare({
      a: [records("a", 1), bookmark("a", 1), new TypeError("a bug")],
      b: [records("b", 1)],
    });
    await expect(outcomes()).rejects.toThrow(new TypeError("a bug"));
    expect(lines).toEqual(["SCHEMA a", "a:1", "STATE a=1"]);
  });

  it("rejects when the target is gone, and writes nothing more", async () => {
    const { lines, outcomes } = prepare(
      { a: [records("a", 1), bookmark("a", 1), records("a", 2)], b: [records("b", 1)] },
      {
        onLine: (line) => {
          if (line === "a:1") throw Object.assign(new Error("EPIPE"), { code: "EPIPE" });
        },
      },
    );
    await expect(outcomes()).rejects.toThrow(/target closed its input/);
    await settled();
    expect(lines).toEqual(["SCHEMA a", "a:1"]);
  });

  it("warns once of columns that no row of a stream had, when all of its rows are read", async () => {
    const without = (stream: string, ...unseenColumns: string[]): Step => ({
      ...records(stream, 1),
      unseenColumns,
    });
    const { logged, outcomes } = prepare({
      a: [without("a", "x", "y", "z"), without("a", "y", "z")],
      b: [without("b", "x"), without("b")],
      c: [without("c", "x"), new ForbiddenError("no")],
      d: [records("d", 1)],
    });
    await outcomes();
    expect(logged.filter((line) => line.startsWith("warn"))).toEqual([
      "warn: a: no row has y, z, and a target empties such a column. To keep what it holds there, deselect it.",
    ]);
  });

  it("counts the records of each stream, none left out and none twice", async () => {
    let minutes = 0;
    const { logged, outcomes } = prepare(
      {
        a: [records("a", 1, 2), records("a", 3), records("a", 4, 5, 6)],
        b: [],
        c: [records("c", 1), new ForbiddenError("no")],
      },
      { monotonic: () => ++minutes * 50_000 },
    );
    await outcomes();
    const counts = new Map<string, number>();
    for (const line of logged) {
      const [, stream = "", count] = /^count: (\w+) (\d+)$/.exec(line) ?? [];
      if (count !== undefined) counts.set(stream, (counts.get(stream) ?? 0) + Number(count));
    }
    expect([...counts]).toEqual([
      ["a", 6],
      ["b", 0],
      ["c", 1],
    ]);
    expect(logged.filter((line) => line.startsWith("count: a")).length).toBeGreaterThan(1);
  });
});
