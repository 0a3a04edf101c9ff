import { bundled, type Simulator, startSimulator, timed } from "./processes.ts";
import { interleaved, median } from "./repeat.ts";
import { round, type Section } from "./report.ts";
import { CONCURRENCY, syncOf } from "./tap.ts";

const ORDERS = 5_000;
const LATENCY_SECONDS = 0.08;

/** Whether the connections stay busy when the API takes its time. */
export async function latency(rounds: number): Promise<Section> {
  const slow = await startSimulator({ orders: ORDERS }, LATENCY_SECONDS * 1_000);
  const quick = await startSimulator({ orders: 100 });
  try {
    const [sync, single] = [await syncOf(["orders"], slow), await syncOf(["orders"], quick)];
    const loop = await bundled("floor");
    const floorOf = ({ url, accessToken }: Simulator, orders: number) => {
      const args = [loop, url, accessToken, String(orders), String(CONCURRENCY)];
      return () => timed(args);
    };
    const [runs, starts, floors, floorStarts] = await interleaved(rounds, [
      () => timed(sync),
      () => timed(single),
      floorOf(slow, ORDERS),
      floorOf(quick, 100),
    ]);
    const [seconds, start] = [median(runs), median(starts)];
    const [floor, floorStart] = [median(floors), median(floorStarts)];
    const requests = ORDERS / 100;
    const ideal = (requests / CONCURRENCY) * LATENCY_SECONDS;
    return {
      title: `Latency: ${round(ORDERS)} orders, ${LATENCY_SECONDS * 1_000} ms for each request, medians of ${rounds} runs`,
      table: [
        ["", "seconds", "start-up: one page, without latency", "the rest, to the ideal"],
        ["tap-polar", ...[seconds, start, (seconds - start) / ideal].map(round)],
        [
          "floor: a bare undici loop, whose first call is not alone",
          ...[floor, floorStart, (floor - floorStart) / ideal].map(round),
        ],
        [`ideal: ${requests} requests, ${CONCURRENCY} at a time`, round(ideal)],
      ],
      checks: [
        {
          what: "seconds after start-up, to the ideal",
          value: (seconds - start) / ideal,
          target: { most: 1.15 },
          unit: " ×",
        },
      ],
    };
  } finally {
    await Promise.all([slow.stop(), quick.stop()]);
  }
}
