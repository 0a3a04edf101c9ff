/** Loads and calls the quoter whose source is `assembly/quoter.ts`. */
import { QUOTER } from "./quoter-wasm.ts";

interface Quoter {
  readonly memory: WebAssembly.Memory;
  readonly prepare: (length: number) => number;
  readonly stringOf: (length: number) => number;
  readonly quote: (length: number) => number;
}

function load(): Quoter {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(QUOTER, "base64")),
  );
  if (!isQuoter(exports)) throw new TypeError("quoter-wasm.ts is not what npm run build makes");
  return exports;
}

function isQuoter(exports: Readonly<Record<string, unknown>>): exports is typeof exports & Quoter {
  const { memory, prepare, stringOf, quote } = exports;
  return (
    memory instanceof WebAssembly.Memory &&
    [prepare, stringOf, quote].every((each) => typeof each === "function")
  );
}

const quoter = load();
let memory = new Uint8Array(quoter.memory.buffer);

/**
 * A JSON string that holds a JSON text, byte for byte but for line breaks and tabs between its tokens,
 * which become spaces. Valid until the next call.
 */
export function quoted(json: Uint8Array): Uint8Array {
  const { length } = json;
  const address = quoter.prepare(length);
  if (memory.length === 0) memory = new Uint8Array(quoter.memory.buffer); // it has grown
  memory.set(json, address);
  const start = quoter.stringOf(length);
  return memory.subarray(start, start + quoter.quote(length));
}
