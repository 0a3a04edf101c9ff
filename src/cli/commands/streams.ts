/** `tap-polar streams`: what there is to read, and what of it is selected. */
import { loadConfig } from "../../config/config.ts";
import { streams } from "../../streams/index.ts";
import { scopesOf } from "../../streams/scopes.ts";
import { readChoice, type Terminal } from "../command.ts";
import { askPolar } from "../connection.ts";
import type { Found } from "../probe.ts";
import { selectedStreams } from "../selected.ts";
import { count, table } from "../table.ts";

export const HELP = `tap-polar streams [--config FILE] [--catalog FILE] [--select LIST] [--json]

Lists all streams: whether they are selected, how many of their columns are, and which scopes they
need. With settings that hold a token it asks Polar how many rows each has.

  --config FILE    Settings, as for a sync (or ENV).
  --catalog FILE   What is selected; the default streams without it.
  --select LIST    The same, as patterns: 'orders,events.*'.
  --json           The list as JSON.
`;

export async function run(args: readonly string[], { write, log }: Terminal): Promise<number> {
  const { json, ...choice } = readChoice(args);
  const warn = (message: string) => log.warn(message);
  const config = choice.config.length > 0 ? loadConfig(choice.config, warn) : undefined;
  if (config) log.hide(config.accessToken);
  const selected = selectedStreams(choice, config, warn);
  const found = config && (await askPolar(streams, config, log)).found;
  const list = streams.map((stream): Line => {
    const selection = selected.find((one) => one.stream === stream.name);
    return {
      stream: stream.name,
      selected: selection !== undefined,
      columns: selection?.columns.size ?? 0,
      // Declared ones, and _extra.
      of: Object.keys(stream.properties).length + 1,
      scopes: scopesOf(stream, streams),
      ...(found && sizeOf(stream.name, found)),
    };
  });
  await write(json ? `${JSON.stringify(list, null, 2)}\n` : forPeople(list));
  return 0;
}

interface Line {
  readonly stream: string;
  readonly selected: boolean;
  readonly columns: number;
  readonly of: number;
  readonly scopes: readonly string[];
  /** Null where no request tells; not there when Polar was not asked. */
  readonly rows?: number | null;
  readonly missing_scopes?: readonly string[];
}

function sizeOf(name: string, found: readonly Found[]) {
  const one = found.find(({ stream }) => stream === name);
  return { rows: one?.rows ?? null, missing_scopes: one?.missingScopes ?? [] };
}

function forPeople(list: readonly Line[]): string {
  const isAsked = list.some(({ rows }) => rows !== undefined);
  const head = ["Stream", "Selected", "Columns", ...(isAsked ? [">Rows"] : []), "Scopes"];
  const lines = list.map(({ stream, selected, columns, of, scopes, rows, missing_scopes }) => {
    const size = missing_scopes?.length ? "no scope" : count(rows ?? undefined);
    const chosen = selected ? ["yes", `${columns} of ${of}`] : ["", ""];
    return [stream, ...chosen, ...(isAsked ? [size] : []), scopes.join(", ")];
  });
  return table(head, lines);
}
