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
