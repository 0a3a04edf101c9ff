/** Cuts a stream of bytes into lines, without looking into them. */
export class LineSplitter {
  #open: Buffer[] = [];

  /** The lines that end in this chunk, without their newlines. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, end);
      yield this.#open.length === 0 ? tail : Buffer.concat([...this.#open, tail]);
      this.#open = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#open.push(chunk.subarray(start));
  }

  /** The number of bytes after the last newline. */
  get rest(): number {
    return this.#open.reduce((sum, part) => sum + part.length, 0);
  }
}
