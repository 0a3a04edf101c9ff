/** Runs single syncs against a server and shows what came of them. */
import { z } from "zod";
import type { ClientOptions } from "../../src/polar/client.ts";
import { ListReader } from "../../src/polar/list.ts";
import type { BookmarkFields } from "../../src/singer/state.ts";
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
  | {
      readonly kind: "record";
      readonly stream: string;
      readonly record: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "bookmark"; readonly bookmark: Readonly<Record<string, unknown>> }
  | { readonly kind: "activate"; readonly stream: string }
  | { readonly kind: "checkpoint" };

/**
 * Everything that a sync brings, record by record, and how it has ended. `setBookmark` hears of the
 * bookmarks, each with its stream.
 */
export async function takeAll(
  sync: Sync,
  setBookmark: (stream: string, bookmark: BookmarkFields) => void = () => undefined,
): Promise<{ readonly taken: readonly Taken[]; readonly outcomes: readonly Outcome[] }> {
  const taken: Taken[] = [];
  for (;;) {
    const next = await sync.next();
    if (next.done) return { taken, outcomes: next.value };
    const step = next.value;
    if (step.kind === "records") {
      for (const line of Buffer.from(step.lines).toString().trimEnd().split("\n")) {
        const { record } = recordLine.parse(JSON.parse(line));
        taken.push({ kind: "record", stream: step.stream, record });
      }
    } else if (step.kind === "bookmark") {
      setBookmark(step.stream, step.bookmark);
      taken.push({ kind: "bookmark", bookmark: step.bookmark });
    } else if (step.kind === "activate") taken.push({ kind: "activate", stream: step.stream });
    else taken.push({ kind: "checkpoint" });
  }
}

/** What a reading returns at its end; what it yields on the way is passed by. */
export async function endOf<T>(reading: AsyncGenerator<unknown, T>): Promise<T> {
  let next = await reading.next();
  while (!next.done) next = await reading.next();
  return next.value;
}

/** The values of one column of the records, in their order. */
export function columnOf(taken: readonly Taken[], column: string): unknown[] {
  return taken.flatMap((one) => (one.kind === "record" ? [one.record[column]] : []));
}

/** The bookmarks, in their order. */
export function bookmarksOf(taken: readonly Taken[]) {
  return taken.flatMap((one) => (one.kind === "bookmark" ? [one.bookmark] : []));
}
