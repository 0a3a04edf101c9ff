/** So many zeros follow a text while it is scanned: a word that begins at the first is read whole. */
const ZEROS = 8;

/**
 * Lets `scan` see a text with zeros behind it. No copy is made where there is memory behind the text:
 * it holds zeros meanwhile, and then what it held before.
 */
export function withZeros(text: Buffer, scan: (text: DataView) => void): void {
  const { buffer, byteOffset, length } = text;
  if (byteOffset + length + ZEROS > buffer.byteLength) {
    const copy = new Uint8Array(length + ZEROS);
    copy.set(text);
    scan(new DataView(copy.buffer));
    return;
  }
  const behind = new Uint8Array(buffer, byteOffset + length, ZEROS);
  const before = behind.slice();
  behind.fill(0);
  try {
    scan(new DataView(buffer, byteOffset, length + ZEROS));
  } finally {
    behind.set(before);
  }
}
