/** Ids as bookmarks keep them: the sixteen bytes of each. */

export const UUID_BYTES = 16;

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Whether an id can be written so. All of the API's are, so far. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}

export function writeUuid(id: string, bytes: Buffer, at: number): void {
  bytes.write(id.replaceAll("-", ""), at, "hex");
}

export function readUuid(bytes: Buffer, at: number): string {
  return bytes
    .toString("hex", at, at + UUID_BYTES)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
