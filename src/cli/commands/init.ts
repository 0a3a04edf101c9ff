/** `tap-polar init`: asks for a token, and writes the two files that a sync needs. */
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  cancel,
  confirm,
  intro,
  isCancel,
  log as lines,
  multiselect,
  note,
  outro,
  password,
  select,
  spinner,
} from "@clack/prompts";
import { type Config, loadConfig } from "../../config/config.ts";
import { TOKEN_SHAPE } from "../../config/settings.ts";
import { UnauthorizedError } from "../../polar/errors.ts";
import { TapError, UserInputError } from "../../shared/errors.ts";
import { printCatalog } from "../../singer/catalog.ts";
import { selectByPatterns } from "../../singer/selection-patterns.ts";
import { streams } from "../../streams/index.ts";
import { discover } from "../../sync/engine/discovery.ts";
import { refuseMistakes } from "../arguments.ts";
import type { Terminal } from "../command.ts";
import { askPolar } from "../connection.ts";
import type { Found } from "../probe.ts";
import { count } from "../table.ts";

export const HELP = `tap-polar init [--api-url URL]

Asks for an access token, tries it, shows which streams it may read, and lets you choose. Then it
writes config.json (for your eyes only: it holds the token) and catalog.json into this folder.
Nothing that is there already is replaced unless you say so.

  --api-url URL    A self-hosted Polar, or the simulator.
`;

const CONFIG = "config.json";
const CATALOG = "catalog.json";

const OPTIONS = { "api-url": { type: "string" } } as const;

/** Ctrl-C, by convention. */
const INTERRUPTED = 130;

/** The person has had enough. */
class Canceled extends Error {}

export async function run(args: readonly string[], { log }: Terminal): Promise<number> {
  refuseMistakes(args, OPTIONS, 0);
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UserInputError(
      `init: asks questions, and needs a terminal for it; without one, write ${CONFIG} by hand: {"access_token": "polar_oat_…"}`,
    );
  }
  try {
    intro("tap-polar");
    const server = await askServer(values["api-url"]);
    const { config, found } = await askToken(server, (token) => log.hide(token), log);
    const chosen = await askStreams(found);
    const content = { access_token: config.accessToken, ...server };
    await write(CONFIG, `${JSON.stringify(content, null, 2)}\n`);
    const all = discover(streams);
    await write(CATALOG, printCatalog(selectByPatterns(all, all, chosen, "init")));
    outro(`Now try: tap-polar check --config ${CONFIG} --catalog ${CATALOG}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Canceled)) throw error;
    cancel("Stopped.");
    return INTERRUPTED;
  }
}

/** What the settings say of where Polar is. */
interface Server {
  readonly environment?: "production" | "sandbox";
  readonly api_url?: string;
}

async function askServer(apiUrl: string | undefined): Promise<Server> {
  if (apiUrl !== undefined) return { api_url: apiUrl };
  const environment = await answer(
    select({
      message: "Which Polar?",
      options: [
        { value: "production" as const, label: "Production", hint: "polar.sh" },
        { value: "sandbox" as const, label: "Sandbox", hint: "sandbox.polar.sh" },
      ],
    }),
  );
  return { environment };
}

/** Asks until Polar accepts a token. */
async function askToken(
  { environment, api_url: url }: Server,
  hide: (token: string) => void,
  log: Terminal["log"],
): Promise<{ config: Config; found: readonly Found[] }> {
  for (;;) {
    const token = await answer(
      password({
        message: "Access token (organization settings, Developers, New token)",
        validate: (text = "") =>
          TOKEN_SHAPE.test(text.trim()) ? undefined : "It begins with polar_oat_.",
      }),
    );
    hide(token.trim());
    const given = {
      TAP_POLAR_ACCESS_TOKEN: token,
      TAP_POLAR_ENVIRONMENT: environment,
      TAP_POLAR_API_URL: url,
    };
    const config = loadConfig(["ENV"], (message) => lines.warn(message), given);
    const waiting = spinner();
    waiting.start("Asking Polar what the token may read");
    try {
      const { found } = await askPolar(streams, config, log);
      waiting.stop("Polar accepts the token.");
      return { config, found };
    } catch (error) {
      waiting.error("Polar does not answer as hoped.");
      if (!(error instanceof UnauthorizedError)) throw error;
      lines.error(error.message);
    }
  }
}

/** Shows what the token may read, and lets choose from that. */
async function askStreams(found: readonly Found[]): Promise<string[]> {
  const missing = [...new Set(found.flatMap(({ missingScopes }) => missingScopes))].sort();
  const readable = found.filter(({ problem }) => problem === undefined);
  const told = missing.length === 0 ? "It has all scopes." : `It lacks ${missing.join(", ")}.`;
  note(told, `${readable.length} of ${found.length} streams can be read`);
  if (readable.length === 0) {
    throw new TapError("The token may read no stream: give it scopes, and run init again.");
  }
  const defaults = streams.filter(({ selectedByDefault }) => selectedByDefault);
  const names = readable.map(({ stream }) => stream);
  return answer(
    multiselect({
      message: "What to read?",
      options: readable.map(({ stream, rows }) => ({
        value: stream,
        hint: rows === undefined ? "" : `${count(rows)} rows`,
      })),
      initialValues: defaults.map(({ name }) => name).filter((name) => names.includes(name)),
      maxItems: 12,
    }),
  );
}

/** Writes a file that only its owner can read; one that is there stays unless it may go. */
async function write(path: string, text: string): Promise<void> {
  if (existsSync(path)) {
    const may = await answer(
      confirm({ message: `${path} is there. Replace it?`, initialValue: false }),
    );
    if (!may) throw new Canceled();
  }
  // Beside it first: a file that is replaced keeps its mode, and half a file helps nobody.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
  lines.success(`Wrote ${path}`);
}

/** What a prompt gives when the person presses Ctrl-C. */
type Cancel = Extract<Awaited<ReturnType<typeof confirm>>, symbol>;

/** What was answered; throws when nothing was. */
async function answer<T>(prompt: Promise<T | Cancel>): Promise<Awaited<T>> {
  const value = await prompt;
  if (isCancel(value)) throw new Canceled();
  return value;
}
