/** Runs single syncs against a server and shows what came of them. */
import { z } from "zod";
import type { ClientOptions } from "../../src/polar/client.ts";
import { ListReader } from "../../src/polar/list.ts";
import type { Source, Stream } from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";
import type { Context, LaneContext } from "../../src/sync/contract/context.ts";
import type { OpenTask } from "../../src/sync/contract/kind.ts";
import { LaneProgress } from "../../src/sync/contract/lane-progress.ts";
import type { Outcome, Sync } from "../../src/sync/contract/step.ts";
import { openClient } from "../polar/clients.ts";
import { streamNamed } from "../support/organization.ts";
import { contextWith, select } from "./contexts.ts";

/** A context whose reader asks this server, in time that does not pass. */
export function contextFor(
  server: { readonly url: string; readonly accessToken?: string },
  client: Partial<ClientOptions> = {},
  overrides: Partial<Context> = {},
) {
  const { accessToken } = server;
  const opened = openClient(server.url, {
    requestsPerMinute: 1_000_000,
    ...(accessToken !== undefined && { accessToken }),
    ...client,
  });
  const { clock } = opened;
  const reader = new ListReader(opened.client);
  return { ...contextWith({ reader, clock, ...overrides }), clock };
}

/** A place in the run whose requests matter to nobody else. */
export function laneOf<C extends Context>(context: C): C & LaneContext {
  const progress = new LaneProgress([]);
  return { ...context, priority: 0, onAllRequested: () => undefined, progress };
}

/** What a sync of a stream, all of its columns selected, is opened with. */
export function taskOf<S extends Source, Bookmark>(
  stream: Stream,
  source: S,
  bookmark: Bookmark,
  context: Context,
  parents: OpenTask<S, Bookmark>["parents"] = [],
): OpenTask<S, Bookmark> {
  return {
    stream,
    source,
    bookmark,
    members: [select(stream)],
    parents,
    observers: [],
    streams,
    streamNamed,
    lane: laneOf(context),
  };
}

const recordLine = z.object({ record: z.record(z.string(), z.unknown()) });

export type Taken =
  | { readonly kind: "record"; readonly record: Readonly<Record<string, unknown>> }
  | { readonly kind: "bookmark"; readonly bookmark: Readonly<Record<string, unknown>> }
  | { readonly kind: "checkpoint" | "activate" };

/** Everything that a sync brings, record by record, and how it has ended. */
export async function takeAll(
  sync: Sync,
): Promise<{ readonly taken: readonly Taken[]; readonly outcomes: readonly Outcome[] }> {
  const taken: Taken[] = [];
  for (;;) {
    const next = await sync.next();
    if (next.done) return { taken, outcomes: next.value };
    const step = next.value;
    if (step.kind === "records") {
      for (const line of Buffer.from(step.lines).toString().trimEnd().split("\n")) {
        taken.push({ kind: "record", record: recordLine.parse(JSON.parse(line)).record });
      }
    } else if (step.kind === "bookmark") taken.push({ kind: "bookmark", bookmark: step.bookmark });
    else taken.push({ kind: step.kind });
  }
}

/** The values of one column of the records, in their order. */
export function columnOf(taken: readonly Taken[], column: string): unknown[] {
  return taken.flatMap((one) => (one.kind === "record" ? [one.record[column]] : []));
}

/** The bookmarks, in their order. */
export function bookmarksOf(taken: readonly Taken[]) {
  return taken.flatMap((one) => (one.kind === "bookmark" ? [one.bookmark] : []));
}
