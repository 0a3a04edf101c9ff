/** How amounts and shares are written. */

/** Amounts of one currency, for people. */
export interface Money {
  /** In the currency's unit, as far as a float can tell: where something stands in a chart. */
  readonly units: (amount: bigint) => number;
  /** Exact, for example `$1,234.50`. */
  readonly text: (amount: bigint) => string;
  /** A number of units in few characters, for example `$1.2K`. */
  readonly short: (units: number) => string;
}

/** Currencies of which Polar, as Stripe does, counts whole units. All others have hundredths. */
const WHOLE = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));

/** How amounts in the smallest unit of this currency (a code of three letters) are told. */
export function moneyIn(currency: string): Money {
  const digits = WHOLE.has(currency.toLowerCase()) ? 0 : 2;
  const smallest = 10n ** BigInt(digits);
  const options = { style: "currency", currency, minimumFractionDigits: 0 } as const;
  const whole = new Intl.NumberFormat("en", { ...options, maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat("en", {
    ...options,
    maximumFractionDigits: 1,
    notation: "compact",
  });
  return {
    units: (amount) => Number(amount) / Number(smallest),
    text: (amount) => {
      const size = amount < 0n ? -amount : amount;
      const rest = digits === 0 ? "" : `.${String(size % smallest).padStart(digits, "0")}`;
      return `${amount < 0n ? "-" : ""}${whole.format(size / smallest)}${rest}`;
    },
    short: (units) => short.format(units),
  };
}

/** A share, for example `12.5%`. */
export const percent = (part: number, whole: number): string =>
  `${(Math.round((1000 * part) / whole) / 10).toFixed(1)}%`;
