/** What the figures of all models have in common. */
import type { Simulator } from "../../../simulator/index.ts";

/** A row of a model, each value as text. */
export type Figures = Readonly<Record<string, string | null>>;

/** The rows that a list shows now, as JSON. */
export const listed = (simulator: Simulator, stream: string): string[] =>
  simulator
    .rows(stream)
    .filter(({ hidden }) => !hidden)
    .map(({ json }) => json);

export const sum = (values: readonly bigint[]): bigint =>
  values.reduce((all, one) => all + one, 0n);

/** An amount in units of its currency, with three digits after the point. */
export function inUnits(amount: bigint, currency: string): string {
  const thousandths = amount * (currency === "jpy" ? 1000n : 10n);
  const digits = String(thousandths < 0n ? -thousandths : thousandths).padStart(4, "0");
  return `${thousandths < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** Rounded half away from zero, with one digit after the point. */
export function percent(part: bigint | number, whole: bigint | number): string {
  const [a, b] = [BigInt(part), BigInt(whole)];
  const tenths = (2000n * (a < 0n ? -a : a) + b) / (2n * b);
  return `${a < 0n && tenths > 0n ? "-" : ""}${tenths / 10n}.${tenths % 10n}`;
}

export function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups];
}
