const FIRST_CAPACITY = 512 * 1024;

/** Bytes put together piece by piece, in memory that is used again and again. */
export class ByteBuilder {
  #buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends `bytes[start..end)`. */
  copy(bytes: Buffer, start: number, end: number): void {
    const at = this.#extend(end - start);
    bytes.copy(this.#buffer, at, start, end);
  }

  append(bytes: Uint8Array): void {
    const at = this.#extend(bytes.length);
    this.#buffer.set(bytes, at);
  }

  appendByte(byte: number): void {
    const at = this.#extend(1);
    this.#buffer[at] = byte;
  }

  /** Forgets everything after this length. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What has been put together; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room for so many more bytes, which begin where this says. */
  #extend(by: number): number {
    const at = this.#length;
    if (at + by > this.#buffer.length) this.#grow(at + by);
    this.#length = at + by;
    return at;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
