/** Loads and calls the scanner whose source is `assembly/scanner.ts`. */
import { SCANNER } from "./scanner-wasm.ts";

/** So many integers are noted of each value. */
export const NOTE_SIZE = 6;

interface Scanner {
  readonly memory: WebAssembly.Memory;
  readonly prepare: (length: number) => number;
  readonly notesOf: (length: number) => number;
  readonly scan: (length: number, deepest: number) => number;
}

function load(): Scanner {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(SCANNER, "base64")),
  );
  if (!isScanner(exports)) throw new TypeError("scanner-wasm.ts is not what npm run build makes");
  return exports;
}

function isScanner(
  exports: Readonly<Record<string, unknown>>,
): exports is typeof exports & Scanner {
  const { memory, prepare, notesOf, scan } = exports;
  return (
    memory instanceof WebAssembly.Memory &&
    [prepare, notesOf, scan].every((each) => typeof each === "function")
  );
}

const scanner = load();

/**
 * Scans a JSON text, and returns the notes of its values down to a level: {@link NOTE_SIZE} integers for
 * each, as the scanner describes them, valid until the next call. Returns the offset of the mistake when the
 * text is not valid.
 */
export function scan(bytes: Uint8Array, deepest: number): Int32Array | number {
  const { memory, prepare, notesOf } = scanner;
  const { length } = bytes;
  const address = prepare(length);
  new Uint8Array(memory.buffer, address, length).set(bytes);
  const count = scanner.scan(length, deepest);
  return count < 0 ? -1 - count : new Int32Array(memory.buffer, notesOf(length), count * NOTE_SIZE);
}
