import { once } from "node:events";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { usualSizes } from "../../simulator/index.ts";

const main = (...flags: string[]) =>
  execa("node", ["--import", "tsx", "simulator/main.ts", ...flags], { reject: false });

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

  it("explains itself", async () => {
    const { stdout, exitCode } = await main("--help");
    expect(exitCode).toBe(0);
    for (const name of usualSizes.keys()) expect(stdout).toContain(`--${name.replace(/_/g, "-")} `);
  });

  it.each([
    [["--orders", "many"], '--orders must be a whole number, not "many"'],
    [["--fault", "explode"], 'unknown fault "explode"'],
    [["--ties", "loose"], "--ties must be shuffled or stable"],
    [["--oders", "3"], "--oders"],
    [["--mutate", "evry=3"], '"evry"'],
  ])("refuses %j", async (flags, message) => {
    const { exitCode, stderr, stdout } = await main(...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
  });
});
