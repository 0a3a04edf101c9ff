import { describe, expect, test } from "vitest";
import { FEED_BOOKMARK } from "../../src/sync/bookmarks/feed-bookmark.ts";
import { idsOf, recordsOf } from "../support/records.ts";
import { messagesOf, runIntoTarget, runTap } from "../support/run-tap.ts";
import {
  configFor,
  defaultStreams,
  expectedRecords,
  listedIds,
  simulate,
} from "../support/simulation.ts";
import type { SingerMessage } from "../support/singer-messages.ts";

const frozenAt = "2026-11-01T12:00:00.000Z";

/** The columns that a stream's SCHEMA announces. */
function columnsOf(messages: readonly SingerMessage[], stream: string): Set<string> {
  const schema = messages.find((message) => message.type === "SCHEMA" && message.stream === stream);
  return new Set(schema?.type === "SCHEMA" ? Object.keys(schema.schema.properties) : []);
}

describe("a full sync", () => {
  test("writes every row of every stream once, byte for byte as the API sent it", async () => {
    const simulator = await simulate({
      sizes: { customers: 240, orders: 450, subscriptions: 220, checkouts: 210, refunds: 60 },
      newerProperties: true,
    });

    const { lines, exitCode } = await runTap({ config: configFor(simulator) });

    expect(exitCode).toBe(0);
    const messages = messagesOf(lines);
    const records = recordsOf(lines);
    for (const stream of defaultStreams) {
      const written = records.filter((record) => record.stream === stream);
      const expected = expectedRecords(simulator, stream, columnsOf(messages, stream));
      expect(written).toHaveLength(expected.size);
      expect(new Map(written.map(({ id, text }) => [id, text]))).toEqual(expected);
    }
  });

  test("arrives in a target whole, with the last state confirmed", async () => {
    const simulator = await simulate({ sizes: { orders: 230, customers: 120 } });

    const { tap, target } = await runIntoTarget({ config: configFor(simulator) });

    expect(tap.exitCode).toBe(0);
    expect(target).toMatchObject({ exitCode: 0, stderr: "" });
    for (const stream of defaultStreams) {
      const ids = (await target.rows(stream)).map((row) => JSON.parse(row).id);
      expect(ids.sort()).toEqual(listedIds(simulator, stream));
    }
    const state = JSON.parse(target.lines.at(-1) ?? "");
    const bookmarks = Object.keys(state.bookmarks).filter((name) => name !== FEED_BOOKMARK);
    expect(bookmarks).toEqual([...defaultStreams]);
  });

  test("sends SCHEMA, records and STATE of one stream after the other, STATE last", async () => {
    const simulator = await simulate({ sizes: { refunds: 0 } });

    const { lines } = await runTap({ config: configFor(simulator) });

    const messages = messagesOf(lines);
    const steps = messages.map((message) =>
      message.type === "STATE" ? "STATE" : `${message.type} ${message.stream}`,
    );
    const inOrder = steps.filter((step, at) => step !== steps[at - 1]);
    expect(inOrder).toEqual(
      defaultStreams.flatMap((stream) =>
        stream === "refunds"
          ? [`SCHEMA ${stream}`, "STATE"]
          : [`SCHEMA ${stream}`, `RECORD ${stream}`, "STATE"],
      ),
    );
    const times = messages.map((message) => message.type === "RECORD" && message.time_extracted);
    expect(times).not.toContain(undefined);
  });

  test("writes the same bytes whatever the concurrency", async () => {
    const outputs: string[] = [];
    for (const concurrency of [1, 4, 16]) {
      // A simulator of its own each time: its answers depend on nothing that came before.
      const simulator = await simulate({ sizes: { orders: 130, customers: 60 } });
      const config = configFor(simulator, { concurrency, page_size: 10 });
      const { lines, exitCode } = await runTap({ config, frozenAt });
      expect(exitCode).toBe(0);
      outputs.push(lines.join("\n"));
    }

    // Not `toBe`: nobody wants to read the difference of megabytes.
    expect(outputs.map((output) => output === outputs[0])).toEqual([true, true, true]);
    expect(outputs[0]).toContain("RECORD");
  });

  test("of an empty organization writes the schemas and a state", async () => {
    const sizes = Object.fromEntries(defaultStreams.map((stream) => [stream, 0]));
    const simulator = await simulate({ sizes: { ...sizes, organizations: 1 } });

    const { lines, exitCode } = await runTap({ config: configFor(simulator) });

    expect(exitCode).toBe(0);
    const schemas = messagesOf(lines).filter(({ type }) => type === "SCHEMA");
    expect(schemas).toHaveLength(defaultStreams.length);
    expect(idsOf(lines, "orders")).toEqual([]);
    expect(idsOf(lines, "organizations")).toEqual(listedIds(simulator, "organizations"));
  });
});
