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
    const length = this.#length + end - start;
    if (length > this.#buffer.length) this.#grow(length);
    bytes.copy(this.#buffer, this.#length, start, end);
    this.#length = length;
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  appendByte(byte: number): void {
    if (this.#length === this.#buffer.length) this.#grow(this.#length + 1);
    this.#buffer[this.#length++] = byte;
  }

  /** Forgets everything after this length. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What has been put together; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
