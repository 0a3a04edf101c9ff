// Preloaded (`node --import`) to stop the clock at the instant in FROZEN_CLOCK (ISO 8601): Date.now(),
// new Date() and Date() stay there. Timers and performance.now() go on.
const instant = Date.parse(process.env.FROZEN_CLOCK ?? "");
if (Number.isNaN(instant)) throw new Error("FROZEN_CLOCK is no ISO 8601 time.");

Date.now = () => instant;
globalThis.Date = new Proxy(Date, {
  construct: (date, args, newTarget) =>
    Reflect.construct(date, args.length === 0 ? [instant] : args, newTarget),
  apply: (date) => new date(instant).toString(),
});
