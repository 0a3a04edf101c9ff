import { once } from "node:events";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { usualSizes } from "../../simulator/index.ts";

const main = (...flags: string[]) =>
  execa("node", ["--import", "tsx", "simulator/main.ts", ...flags], { reject: false });

const page = z.object({
  items: z.array(z.object({ created_at: z.string(), net_amount: z.number() })),
});

describe("the simulator's command line", () => {
  it("prints one line of JSON, answers, and ends on SIGTERM", async () => {
    const running = main("--orders", "123", "--token", "polar_oat_t", "--fault", "status:after=1");
    const [chunk] = await once(running.stdout, "data");
    const line = String(chunk).trim();
    const { url, access_token } = JSON.parse(line);
    expect(access_token).toBe("polar_oat_t");
    const get = () =>
      fetch(`${url}/v1/orders/`, { headers: { authorization: `Bearer ${access_token}` } });
    const answer = await get();
    expect(await answer.json()).toMatchObject({ pagination: { total_count: 123 } });
    expect((await get()).status).toBe(503);
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(0);
    expect(stdout).toBe(line);
  });

  it("begins when it is told to, and makes no huge orders if it is told so", async () => {
    const orders = async (...flags: string[]) => {
      const running = main("--orders", "20", ...flags);
      const [chunk] = await once(running.stdout, "data");
      const { url, access_token } = JSON.parse(String(chunk));
      const answer = await fetch(`${url}/v1/orders/?limit=100`, {
        headers: { authorization: `Bearer ${access_token}` },
      });
      const { items } = page.parse(await answer.json());
      running.kill("SIGTERM");
      await running;
      const years = items.map(({ created_at }) => Number(created_at.slice(0, 4)));
      const amounts = items.map(({ net_amount }) => net_amount);
      return { newest: Math.max(...years), largest: Math.max(...amounts) };
    };

    expect(await orders()).toEqual({ newest: 2026, largest: 9007199254740992 });
    const ordinary = await orders("--now", "2031-07-01T00:00:00Z", "--ordinary-amounts");
    expect(ordinary.newest).toBe(2031);
    expect(ordinary.largest).toBeLessThan(100_000);
  });

  it("explains itself", async () => {
    const { stdout, exitCode } = await main("--help");
    expect(exitCode).toBe(0);
    for (const name of usualSizes.keys()) expect(stdout).toContain(`--${name.replace(/_/g, "-")} `);
  });

  it.each([
    [["--orders", "many"], '--orders must be a whole number, not "many"'],
    [["--fault", "explode"], 'unknown fault "explode"'],
    [["--ties", "loose"], "--ties must be shuffled or stable"],
    [["--now", "soon"], '--now must be a time, not "soon"'],
    [["--oders", "3"], "--oders"],
    [["--mutate", "evry=3"], '"evry"'],
  ])("refuses %j", async (flags, message) => {
    const { exitCode, stderr, stdout } = await main(...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
  });
});
