/** More ids than this are not worth remembering. */
const MOST_REMEMBERED = 2_000;

/**
 * Ids of rows that a later sync meets again, as short as a bookmark wants them: 32 bits of each. Two
 * ids are taken for one about once in two million meetings; the next full sweep mends that, too.
 */
export class KnownIds {
  readonly #hashes = new Set<number>();

  /** Reads what {@link text} has written. Of what is none of ours nothing is known. */
  static of(text: string): KnownIds {
    const known = new KnownIds();
    const bytes = Buffer.from(text, "base64");
    for (let at = 0; at + 4 <= bytes.length; at += 4) known.#hashes.add(bytes.readUInt32LE(at));
    return known;
  }

  add(id: string): void {
    this.#hashes.add(idHash(id));
  }

  /** These, and others. */
  with(others: KnownIds): KnownIds {
    const both = new KnownIds();
    for (const hash of [...this.#hashes, ...others.#hashes]) both.#hashes.add(hash);
    return both;
  }

  has(id: string): boolean {
    return this.#hashes.has(idHash(id));
  }

  get size(): number {
    return this.#hashes.size;
  }

  /** For the bookmark; undefined when there are too many. */
  get text(): string | undefined {
    if (this.#hashes.size > MOST_REMEMBERED) return undefined;
    const bytes = Buffer.alloc(this.#hashes.size * 4);
    let at = 0;
    for (const one of this.#hashes) at = bytes.writeUInt32LE(one, at);
    return bytes.toString("base64");
  }
}

/** 32 bits of an id: FNV-1a, and a shuffle of its bits. */
export function idHash(id: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) bits = Math.imul(bits ^ id.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return (bits ^ (bits >>> 13)) >>> 0;
}
