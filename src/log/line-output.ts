import type { Writable } from "node:stream";

/** Back to the beginning of the terminal's line, and empties it. */
const EMPTY_LINE = "\r\u001b[2K";

/**
 * Whole lines to a stream that may be closed at any time: a log must not end the run. Below them a
 * terminal shows one more line, which is drawn anew when it changes.
 */
export class LineOutput {
  readonly #output: Writable;
  #isClosed = false;
  #status = "";

  constructor(output: Writable) {
    this.#output = output;
    output.on("error", () => {
      this.#isClosed = true; // nobody reads the log any more, so there is nobody to tell
    });
  }

  write(lines: string): void {
    if (this.#status === "") this.#send(`${lines}\n`);
    else this.#send(`${EMPTY_LINE}${lines}\n${this.#status}`);
  }

  /** Shows a line below the others; nothing with empty text. */
  show(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#send(EMPTY_LINE + status);
  }

  flush(): Promise<void> {
    if (this.#isClosed || this.#output.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#output.write("", () => resolve());
    });
  }

  #send(text: string): void {
    if (!this.#isClosed) this.#output.write(text);
  }
}
