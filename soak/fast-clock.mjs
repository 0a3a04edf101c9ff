// Preloaded (`node --import`) to let a tap wait without anybody waiting for it: its calendar stands
// still at FAST_CLOCK_NOW (ISO 8601), while its waits and what measures them go FAST_CLOCK_SPEED times
// as fast. Timeouts of requests keep to the real time.
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

const instant = Date.parse(process.env.FAST_CLOCK_NOW ?? "");
const speed = Number(process.env.FAST_CLOCK_SPEED);
if (Number.isNaN(instant) || !(speed > 0))
  throw new Error("The fast clock lacks a time or a speed.");

Date.now = () => instant;
globalThis.Date = new Proxy(Date, {
  construct: (date, args, newTarget) =>
    Reflect.construct(date, args.length === 0 ? [instant] : args, newTarget),
  apply: (date) => new date(instant).toString(),
});

const elapsed = performance.now.bind(performance);
performance.now = () => elapsed() * speed;

const wait = timers.setTimeout;
timers.setTimeout = (milliseconds, ...rest) => wait(milliseconds / speed, ...rest);
syncBuiltinESMExports();
