import { request } from "undici";
import { bundled, type Costs, measured, type Simulator, startSimulator } from "./processes.ts";
import { interleaved, typical } from "./repeat.ts";
import { round, type Section } from "./report.ts";
import { CONCURRENCY, syncOf } from "./tap.ts";

const NONE = typical();

/** How fast orders go from the API to a file, beside two loops that do less and more. */
export async function throughput(orders: number, rounds: number): Promise<Section> {
  const simulator = await startSimulator({ orders });
  try {
    const sync = await syncOf(["orders"], simulator);
    const asText = await syncOf(["orders"], simulator, { jsonColumns: "text" });
    const loop = [await bundled("floor"), simulator.url, simulator.accessToken, String(orders)];
    const runs = await interleaved(rounds, [
      () => measured(sync),
      () => measured(asText),
      () => measured([...loop, String(CONCURRENCY)]),
      () => measured([...loop, String(CONCURRENCY), "reprint"]),
    ]);
    const [tap = NONE, text = NONE, floor = NONE, reprint = NONE] = runs.map(typical);
    const megabytes = (orders * (await bytesPerOrder(simulator))) / 1e6;
    const row = (name: string, { seconds, cpuSeconds, peakMegabytes }: Costs) => [
      name,
      ...[orders / seconds, megabytes / seconds, seconds, cpuSeconds, peakMegabytes].map(round),
    ];
    return {
      title: `Throughput: ${round(orders)} orders, ${round(megabytes)} MB, medians of ${rounds} runs`,
      table: [
        ["", "records/s", "MB/s", "seconds", "CPU seconds", "peak MB"],
        row("tap-polar", tap),
        row("tap-polar with json_columns: text", text),
        row("floor: a bare undici loop", floor),
        row("the loop with JSON.parse and JSON.stringify", reprint),
      ],
      checks: [
        check("records/s of the bare loop's", floor.seconds / tap.seconds, 0.5),
        check("records/s of the loop's with JSON", reprint.seconds / tap.seconds, 3),
        check("records/s with text of those without", tap.seconds / text.seconds, 0.7),
      ],
    };
  } finally {
    await simulator.stop();
  }
}

function check(what: string, value: number, least: number) {
  return { what, value, target: { least }, unit: " ×" };
}

/** The mean of a few pages. */
async function bytesPerOrder({ url, accessToken }: Simulator): Promise<number> {
  let bytes = 0;
  const pages = 5;
  for (let page = 1; page <= pages; page++) {
    const { body } = await request(`${url}/v1/orders/?page=${page}&limit=100&sorting=created_at`, {
      headers: { authorization: `Bearer ${accessToken}`, "polar-version": "2026-10" },
    });
    bytes += (await body.arrayBuffer()).byteLength;
  }
  return bytes / pages / 100;
}
