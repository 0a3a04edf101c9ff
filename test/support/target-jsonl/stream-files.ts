import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * One `<stream>.jsonl` per stream. Rows wait in memory until `flush`, which writes synchronously:
 * while a disk is busy nothing is read from the tap, and that is all the back-pressure it takes.
 */
export class StreamFiles {
  readonly #folder: string;
  readonly #flag: "a" | "w";
  readonly #files = new Map<string, { descriptor: number; waiting: Buffer[] }>();

  constructor(folder: string, overwrite: boolean) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#flag = overwrite ? "w" : "a";
  }

  /** Opens the file of a stream, so that a stream without rows has one, too. */
  open(stream: string): void {
    if (this.#files.has(stream)) return;
    const descriptor = openSync(join(this.#folder, `${stream}.jsonl`), this.#flag);
    this.#files.set(stream, { descriptor, waiting: [] });
  }

  /** Takes one row, as text without a newline. */
  add(stream: string, row: Buffer): void {
    const file = this.#files.get(stream);
    if (file === undefined) throw new Error(`The file of stream ${stream} is not open.`);
    file.waiting.push(row, newline);
  }

  flush(): void {
    for (const file of this.#files.values()) {
      if (file.waiting.length === 0) continue;
      writeFileSync(file.descriptor, Buffer.concat(file.waiting));
      file.waiting = [];
    }
  }

  close(): void {
    this.flush();
    for (const file of this.#files.values()) closeSync(file.descriptor);
    this.#files.clear();
  }
}

const newline = Buffer.from("\n");
