/** Times as the API writes and reads them. Inside the simulator they are microseconds since 1970. */

export const SECOND = 1_000_000;
export const DAY = 86_400 * SECOND;

let lastSecond = Number.NaN;
let lastText = "";

/** UTC with `Z`; six digits of fraction, or none at all when the microseconds are 0. */
export function timeText(microseconds: number): string {
  const second = Math.floor(microseconds / SECOND);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 19);
  }
  const fraction = microseconds - second * SECOND;
  return fraction === 0 ? `${lastText}Z` : `${lastText}.${String(fraction).padStart(6, "0")}Z`;
}

const dates = new Map<number, string>();

function dateOf(day: number): string {
  let date = dates.get(day);
  if (date === undefined) {
    date = timeText(day * DAY).slice(0, 10);
    dates.set(day, date);
  }
  return date;
}

/** Writes the same text: 20 characters, or 27 with microseconds. */
export function writeTime(microseconds: number, bytes: Uint8Array, offset: number): void {
  const day = Math.floor(microseconds / DAY);
  const date = dateOf(day);
  for (let at = 0; at < 10; at++) bytes[offset + at] = date.charCodeAt(at);
  const rest = microseconds - day * DAY;
  const seconds = Math.floor(rest / SECOND);
  const fraction = rest - seconds * SECOND;
  bytes[offset + 10] = 0x54;
  writeDigits(Math.floor(seconds / 3600), 2, bytes, offset + 11);
  bytes[offset + 13] = 0x3a;
  writeDigits(Math.floor(seconds / 60) % 60, 2, bytes, offset + 14);
  bytes[offset + 16] = 0x3a;
  writeDigits(seconds % 60, 2, bytes, offset + 17);
  if (fraction > 0) {
    bytes[offset + 19] = 0x2e;
    writeDigits(fraction, 6, bytes, offset + 20);
  }
  bytes[offset + (fraction > 0 ? 26 : 19)] = 0x5a;
}

/** Writes a number in so many digits. */
export function writeDigits(value: number, count: number, bytes: Uint8Array, offset: number): void {
  let rest = value;
  for (let at = count - 1; at >= 0; at--) {
    bytes[offset + at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

const form =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** What a query parameter says, or null if it is no time. `aware` is false without an offset. */
export function parseTime(text: string): { microseconds: number; aware: boolean } | null {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    // Unix time: seconds, or milliseconds when it is too large for seconds.
    const number = Number(text);
    const scale = Math.abs(number) > 2e10 ? 1000 : SECOND;
    return { microseconds: Math.round(number * scale), aware: true };
  }
  const match = form.exec(text);
  if (match === null) return null;
  const [, day, clock = "00:00:00", fraction = "", zone] = match;
  const seconds = clock.length === 5 ? `${clock}:00` : clock;
  const offset = zone === undefined ? "Z" : zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const milliseconds = Date.parse(`${day}T${seconds}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return null;
  return {
    microseconds: milliseconds * 1000 + Number(fraction.padEnd(6, "0")),
    aware: zone !== undefined,
  };
}
