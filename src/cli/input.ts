/** What a run goes by: its settings, and what they, the catalog and the command line select. */
import { type Config, loadConfig } from "../config/config.ts";
import type { ProcessLog } from "../log/log.ts";
import type { SelectedStream } from "../singer/selection.ts";
import type { Choice } from "./arguments.ts";
import { selectedStreams } from "./selected.ts";

/** @throws UserInputError with all mistakes at once */
export function readInput(
  choice: Choice,
  log: ProcessLog,
): { readonly config: Config; readonly selected: SelectedStream[] } {
  const warn = (message: string) => log.warn(message);
  const config = loadConfig(choice.config, warn);
  log.hide(config.accessToken);
  return { config, selected: selectedStreams(choice, config, warn) };
}
