/** What a sync knows of the run, for tests. */
import { ListReader } from "../../src/polar/list.ts";
import { State } from "../../src/singer/state.ts";
import type { Stream } from "../../src/streams/define.ts";
import type { Context } from "../../src/sync/contract/context.ts";
import type { SelectedDeclaration } from "../../src/sync/contract/selected.ts";
import { keptLog, openClient } from "../polar/clients.ts";
import { InstantClock } from "../polar/clocks.ts";

/** The settings of a user who has set nothing. */
export const plainSettings: Context["settings"] = {
  organizationId: undefined,
  startDate: undefined,
  lookbackMinutes: undefined,
  metricsInterval: "day",
  metricsTimezone: "UTC",
  metricsLookbackDays: 90,
  fullSweepHours: 24,
  useExports: true,
};

/** A context whose reader has no server, and the lines of its log. */
export function contextWith(
  overrides: Partial<Context> = {},
): Context & { readonly logged: string[] } {
  const { log, lines } = keptLog();
  return {
    reader: new ListReader(openClient("http://127.0.0.1:1").client),
    log,
    clock: new InstantClock(),
    pageSize: 100,
    readAhead: 4,
    emitActivateVersion: false,
    state: State.empty(),
    settings: plainSettings,
    ...overrides,
    logged: lines,
  };
}

/** A stream with these of its columns selected: all unless told otherwise. */
export function select(
  declaration: Stream,
  columns: readonly string[] = [...Object.keys(declaration.properties), "_extra"],
  excludedPaths: readonly (readonly string[])[] = [],
): SelectedDeclaration {
  return {
    declaration,
    selection: {
      stream: declaration.name,
      schema: {},
      keyProperties: declaration.primaryKey,
      replicationMethod: "FULL_TABLE",
      replicationKey: undefined,
      columns: new Set(columns),
      textColumns: new Set(),
      unlistedColumns: new Set(),
      everyColumn: false,
      excludedPaths,
    },
  };
}
