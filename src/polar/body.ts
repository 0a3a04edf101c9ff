const FIRST_CAPACITY = 512 * 1024;

/** The bytes of one answer, in memory that the pool hands out again after {@link Body.release}. */
export class Body {
  #buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = 0;
  readonly #pool: Body[];

  constructor(pool: Body[]) {
    this.#pool = pool;
  }

  /** Copies a chunk to the end: the chunk's own memory belongs to the socket. */
  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#buffer.length * 2));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** What has been received. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Gives the memory back; the bytes must not be used any more. */
  release(): void {
    this.clear();
    this.#pool.push(this);
  }
}

/** Bodies to receive answers into; as many exist as were ever in use at once. */
export class BodyPool {
  readonly #free: Body[] = [];

  take(): Body {
    return this.#free.pop() ?? new Body(this.#free);
  }
}
