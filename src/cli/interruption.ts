/** Signals that end a run in good order. */
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessLog } from "../log/log.ts";

/** The signals, and their exit codes by convention. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A hung API or target must not keep an interrupted run alive for longer than this. */
const GRACE_MILLISECONDS = 4_000;

/** Ctrl-C reaches all processes of a pipe: that the target is gone may be known before the signal. */
const SIGNAL_DELAY_MILLISECONDS = 500;

/** The signal that has come, should one have come. */
export class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;

  /** Listens from now on: the first signal aborts `signal`. */
  constructor(log: ProcessLog) {
    for (const [name, exitCode] of Object.entries(SIGNALS)) {
      process.once(name, () => {
        this.#exitCode ??= exitCode;
        log.info(`${name}: stopping.`);
        this.#controller.abort(new Error(`interrupted by ${name}`));
        setTimeout(() => {
          log.lastLine("Interrupted while the target was not reading; go on from its last state.");
          process.exit(exitCode);
        }, GRACE_MILLISECONDS).unref();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code that the signal asks for. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** The exit code once a signal that is on its way has had the time to arrive. */
  async awaited(): Promise<number | undefined> {
    if (!this.signal.aborted) {
      await delay(SIGNAL_DELAY_MILLISECONDS, undefined, { signal: this.signal }).catch(
        () => undefined, // the signal has come
      );
    }
    return this.#exitCode;
  }
}
