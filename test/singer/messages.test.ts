import { describe, expect, it } from "vitest";
import {
  activateVersionMessage,
  recordFrame,
  schemaMessage,
  stateMessage,
} from "../../src/singer/messages.ts";
import { selectStreams } from "../../src/singer/selection.ts";
import { State } from "../../src/singer/state.ts";
import { discover } from "./streams.ts";

describe("messages", () => {
  const catalog = discover();
  for (const stream of catalog.streams) stream.selected = true;
  const [orders, events] = selectStreams(catalog, discover(), "catalog.json", () => undefined);
  if (orders === undefined || events === undefined) throw new Error("both streams are selected");

  it("SCHEMA", () => {
    expect(schemaMessage(orders)).toBe(
      `${JSON.stringify({
        type: "SCHEMA",
        stream: "orders",
        schema: orders.schema,
        key_properties: ["id"],
      })}\n`,
    );
    expect(JSON.parse(schemaMessage(events)).bookmark_properties).toEqual(["created_at"]);
  });

  it("STATE", () => {
    const state = State.parse('{"bookmarks": {"orders": {"n": 1.10}}}', "state.json");
    expect(stateMessage(state)).toBe(
      '{"type":"STATE","value":{"bookmarks":{"orders":{"n":1.10}}}}\n',
    );
  });

  it("ACTIVATE_VERSION", () => {
    expect(activateVersionMessage("orders", 1795406400)).toBe(
      '{"type":"ACTIVATE_VERSION","stream":"orders","version":1795406400}\n',
    );
  });

  it("RECORD, around bytes that are not looked at", () => {
    const time = new Date("2026-11-23T04:00:00.000Z");
    const line = (version?: number) => {
      const { prefix, suffix } = recordFrame("orders", time, version);
      return Buffer.concat([prefix, Buffer.from('{"n":1E-12}'), suffix]).toString();
    };
    expect(line()).toBe(
      '{"type":"RECORD","stream":"orders","record":{"n":1E-12},"time_extracted":"2026-11-23T04:00:00.000Z"}\n',
    );
    expect(line(1795406400)).toBe(
      '{"type":"RECORD","stream":"orders","record":{"n":1E-12},"version":1795406400,"time_extracted":"2026-11-23T04:00:00.000Z"}\n',
    );
  });
});
