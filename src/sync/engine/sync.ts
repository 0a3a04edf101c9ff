import { setMaxListeners } from "node:events";
import type { Config } from "../../config/config.ts";
import type { Log } from "../../log/log.ts";
import { PolarClient } from "../../polar/client.ts";
import { CorrectedClock, systemClock } from "../../polar/clock.ts";
import { openConnections } from "../../polar/connections.ts";
import { ListReader } from "../../polar/list.ts";
import type { SelectedStream } from "../../singer/selection.ts";
import type { State } from "../../singer/state.ts";
import type { MessageWriter } from "../../singer/writer.ts";
import type { Stream } from "../../streams/define.ts";
import { FEED_BOOKMARK } from "../bookmarks/feed-bookmark.ts";
import type { Context } from "../contract/context.ts";
import { planLanes } from "./plan.ts";
import { run } from "./run.ts";
import { type Follower, RunProgress, type StreamSummary } from "./run-progress.ts";

export interface SyncOptions {
  readonly streams: readonly Stream[];
  readonly selected: readonly SelectedStream[];
  readonly config: Config;
  readonly state: State;
  readonly writer: MessageWriter;
  readonly log: Log;
  /** Ends the sync in good order. */
  readonly signal: AbortSignal;
  /** Whom to tell how the sync gets on. */
  readonly follower?: Follower;
}

/** Tells of bookmarks of streams that there are not: all of them go on being carried along. */
function tellOfOthersState({ streams, state, log }: SyncOptions): void {
  const known = new Set([...streams.map(({ name }) => name), FEED_BOOKMARK]);
  const unknown = state.unknownStreams(known);
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : "");
  log.warn(
    `${state.source}: has bookmarks of streams that this tap does not have (${names}); is it the state of another tap?`,
  );
}

/**
 * Reads the selected streams and writes them as Singer messages.
 * Returns how each stream has ended. Rejects when the target is gone.
 * @throws UserInputError when the state holds what is no bookmark of this tap
 */
export async function sync(options: SyncOptions): Promise<readonly StreamSummary[]> {
  const { config, log, state, writer, signal, follower } = options;
  tellOfOthersState(options);
  const clock = new CorrectedClock(systemClock, log);
  const stop = new AbortController();
  const over = AbortSignal.any([signal, stop.signal]);
  // Each request under way listens, and each that waits for its next try: no leak to be warned of.
  setMaxListeners(0, over);
  const client = new PolarClient({
    ...config,
    dispatcher: await openConnections(config.apiUrl, config.concurrency),
    log,
    clock,
    signal: over,
  });
  const readAhead = config.concurrency * 2;
  const context: Context = {
    reader: new ListReader(client),
    log,
    clock,
    pageSize: config.pageSize,
    readAhead,
    emitActivateVersion: config.emitActivateVersionMessages,
    state,
    settings: config,
  };
  const selected = options.selected.flatMap((selection) => {
    const declaration = options.streams.find(({ name }) => name === selection.stream);
    return declaration ? [{ declaration, selection }] : [];
  });
  const plans = planLanes(options.streams, selected, context);
  const lanes = plans.map(({ progress }) => progress);
  const monotonic = () => clock.monotonic();
  const progress = new RunProgress(lanes, client, config.requestsPerMinute, monotonic);
  follower?.starts(progress);
  try {
    const outcomes = await run({
      plans,
      selected,
      readAhead: config.concurrency,
      state,
      writer,
      log,
      follower,
      signal,
      monotonic,
    });
    for (const lane of lanes) lane.end(outcomes);
    await writer.finish();
    return progress.streams;
  } finally {
    // Whatever was read ahead is not wanted any more.
    stop.abort(new Error("the run is over"));
    await client.close();
  }
}
