/** `tap-polar state`, on states that runs have written. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { workFolder } from "../support/processes.ts";
import { idsOf } from "../support/records.ts";
import { lastStateOf, runTap, runTapUntil } from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

async function fileWith(content: unknown): Promise<string> {
  const path = join(await workFolder(), "state.json");
  await writeFile(path, JSON.stringify(content));
  return path;
}

const state = (...args: readonly string[]) => runTap({ word: "state", args });

test("explains an interrupted run, and rewinds it so that all is read again", async () => {
  const stall = { kind: "stall", path: "/v1/orders/", page: 20 } as const;
  const simulator = await simulate({ faults: [stall] });
  const select = ["--select", "orders"];
  const config = configFor(simulator, { page_size: 1 });
  const cut = await runTapUntil({ config, args: select }, "SIGTERM", (line) =>
    line.includes('"sweep"'),
  );
  simulator.setFaults([]);
  const file = await fileWith(lastStateOf(cut.lines));

  const shown = await state("show", file);
  const rewound = await state("rewind", file, "orders");

  expect(shown.lines).toContainEqual(expect.stringMatching(/^orders +interrupted after \d+ rows/));
  expect(rewound.exitCode).toBe(0);
  const all = listedIds(simulator, "orders");
  const goesOn = await runTap({ config, args: select, state: lastStateOf(cut.lines) });
  const begins = await runTap({ config, args: select, state: rewound.lines.join("") });
  expect(idsOf(goesOn.lines, "orders").length).toBeLessThan(all.length);
  expect(idsOf(begins.lines, "orders")).toEqual(all);
});

test("gives Meltano's states back in Meltano's form", async () => {
  const bookmarks = { events: { replication_key_value: "2026-08-20T07:12:32Z" } };
  const file = await fileWith({ singer_state: { bookmarks } });

  const { lines } = await state("rewind", file, "events", "--to", "2026-08-01");

  expect(JSON.parse(lines.join(""))).toMatchObject({
    singer_state: {
      bookmarks: { events: { replication_key_value: "2026-08-01T00:00:00.000Z" } },
    },
  });
});

test.each([
  [["show"], "state: takes show FILE, or rewind FILE STREAM"],
  [["show", "missing.json"], "missing.json: no such file"],
  [["rewind", "FILE", "ordesr"], 'ordesr: is no stream of this tap; did you mean "orders"?'],
  [["rewind", "FILE", "events", "--to"], "--to: needs a time such as"],
  [["erase", "FILE", "events"], "state: takes show FILE"],
])("%j is refused", async (args, told) => {
  const file = await fileWith({ bookmarks: {} });

  const { exitCode, stderr, lines } = await state(
    ...args.map((arg) => (arg === "FILE" ? file : arg)),
  );

  expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
  expect(lastLineOf(stderr)).toContain(told);
});
