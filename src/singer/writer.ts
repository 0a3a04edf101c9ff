/** The way out to the target. */
import type { Writable } from "node:stream";
import { errorCode, TapError, TargetClosedError } from "../shared/errors.ts";

/**
 * Writes messages to stdout, at the target's pace. Nothing is copied: a promise that `write` returns
 * resolves when the stream has taken its chunk, and only then may the caller reuse the memory. To
 * work on while the target reads, prepare the next chunk in other memory before awaiting.
 */
export class MessageWriter {
  readonly #output: Writable;
  #failure: TapError | undefined;
  #latest: Promise<void> = Promise.resolve();

  constructor(output: Writable) {
    this.#output = output;
    // Without a listener the error would end the process at once, and the log with it.
    output.on("error", (error) => this.#fail(error));
    output.on("close", () => this.#fail(undefined));
  }

  /**
   * Writes one chunk: whole messages with their line breaks.
   * @returns resolves when the chunk has left the process
   * @throws TargetClosedError when nobody reads any more; TapError for other failures, a full disk
   *   for one; after a failure always
   */
  write(chunk: Uint8Array | string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const written = new Promise<void>((resolve, reject) => {
      this.#output.write(chunk, (error) => {
        if (error) reject(this.#fail(error));
        else resolve();
      });
    });
    this.#latest = written;
    // A failure reaches whoever awaits this chunk, the next or finish(): one of them is enough.
    written.catch(() => undefined);
    return written;
  }

  /** Resolves when all that was written has left the process. Exit no earlier. */
  async finish(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#latest;
  }

  /** The first failure is the one to report: those that follow are its echo. */
  #fail(error: Error | undefined): TapError {
    this.#failure ??= failureOf(error);
    return this.#failure;
  }
}

/** What the stream says when the reading end is gone. */
const CLOSED = ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];

function failureOf(error: Error | undefined): TapError {
  const code = errorCode(error);
  if (error === undefined || (code !== undefined && CLOSED.includes(code))) {
    return new TargetClosedError({ cause: error });
  }
  const reason = code ?? error.message;
  return new TapError(
    `Writing to stdout failed (${reason}); make room or check where it goes, then run again.`,
    { cause: error },
  );
}
