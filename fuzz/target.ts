import type fc from "fast-check";

/** Something that reads what others have written. */
export interface Target {
  readonly name: string;
  /** What it should read, mostly spoilt. */
  readonly inputs: fc.Arbitrary<Buffer>;
  /** Has the input read. Throws when it is read wrongly, or refused in the wrong words. */
  readonly read: (input: Buffer) => void | Promise<void>;
}
