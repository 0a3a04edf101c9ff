import { Agent, request } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Fault, parseFault, type Simulator, startSimulator } from "../../simulator/index.ts";
import { ask, page } from "./client.ts";

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function start(...faults: Fault[]): Promise<Simulator> {
  const simulator = await startSimulator({ faults });
  running.push(simulator);
  return simulator;
}

const statuses = async (simulator: Simulator, count: number, path = "/v1/orders/") => {
  const seen: number[] = [];
  for (let n = 0; n < count; n++) seen.push((await ask(simulator, path)).status);
  return seen;
};

/** One request over a connection that is kept, and what the connection itself said. */
function rawRequest(
  simulator: Simulator,
  agent: Agent,
  path = "/v1/orders/",
): Promise<{ status: number; bytes: Buffer; error: string | null; length: number | null }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let length: number | null = null;
    const end = (error: string | null): void =>
      resolve({ status, bytes: Buffer.concat(chunks), error, length });
    const headers = { authorization: `Bearer ${simulator.accessToken}` };
    const sent = request(simulator.url + path, { agent, headers }, (response) => {
      status = response.statusCode ?? 0;
      length = Number(response.headers["content-length"] ?? Number.NaN);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      response.on("end", () => end(null));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    sent.end();
  });
}

describe("when a fault strikes", () => {
  it.each<[string, Partial<Fault>, number[]]>([
    ["always", {}, [503, 503, 503, 503, 503, 503]],
    ["a number of times", { times: 2 }, [503, 503, 200, 200, 200, 200]],
    ["every third time", { every: 3 }, [200, 200, 503, 200, 200, 503]],
    ["after a while", { after: 4 }, [200, 200, 200, 200, 503, 503]],
    ["after a while, once", { after: 2, times: 1 }, [200, 200, 503, 200, 200, 200]],
    ["on another path", { path: "/v1/refunds/" }, [200, 200, 200, 200, 200, 200]],
    ["on its path", { path: "/v1/orders/", times: 1 }, [503, 200, 200, 200, 200, 200]],
    ["on another page", { page: 2 }, [200, 200, 200, 200, 200, 200]],
  ])("%s", async (_, conditions, expected) => {
    const simulator = await start({ kind: "status", ...conditions });
    expect(await statuses(simulator, 6)).toEqual(expected);
    expect(simulator.requests.map(({ status }) => status)).toEqual(expected);
  });

  it("by chance, the same for the same seed", async () => {
    const fault: Fault = { kind: "status", probability: 0.5 };
    const first = await statuses(await start(fault), 30);
    expect(await statuses(await start(fault), 30)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 503]));
  });

  it("can be changed while it runs", async () => {
    const simulator = await start({ kind: "status", status: 500 });
    expect(await statuses(simulator, 1)).toEqual([500]);
    simulator.setFaults([]);
    expect(await statuses(simulator, 1)).toEqual([200]);
  });
});

describe("what a fault does", () => {
  it.each([500, 502, 503])("status %i", async (status) => {
    expect(await statuses(await start({ kind: "status", status }), 1)).toEqual([status]);
  });

  it("resets the connection instead of an answer", async () => {
    const simulator = await start({ kind: "reset", times: 1 });
    const agent = new Agent({ keepAlive: true });
    expect(await rawRequest(simulator, agent)).toMatchObject({ status: 0, error: "ECONNRESET" });
    expect(await rawRequest(simulator, agent)).toMatchObject({ status: 200, error: null });
    agent.destroy();
  });

  it("resets the connection at the request after a 500", async () => {
    const simulator = await start({ kind: "reset-after-500", times: 1 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const crashed = await rawRequest(simulator, agent);
    expect([crashed.status, crashed.bytes.toString()]).toEqual([500, "Internal Server Error"]);
    expect(await rawRequest(simulator, agent)).toMatchObject({ status: 0, error: "ECONNRESET" });
    expect(await rawRequest(simulator, agent)).toMatchObject({ status: 200, error: null });
    agent.destroy();
  });

  it.each(["stall", "stall-body"] as const)("%s: never ends", async (kind) => {
    const simulator = await start({ kind });
    const agent = new Agent();
    const pending = rawRequest(simulator, agent, "/v1/orders/?limit=100");
    await vi.waitUntil(() => simulator.requests.length === 1);
    // Other requests are answered meanwhile.
    simulator.setFaults([]);
    expect(await statuses(simulator, 2)).toEqual([200, 200]);
    await simulator.close();
    const { error, status, bytes, length } = await pending;
    expect(error).toBe("ECONNRESET");
    expect(status).toBe(kind === "stall" ? 0 : 200);
    if (kind === "stall-body") expect(bytes.length).toBe(Math.floor((length ?? 0) / 2));
    agent.destroy();
  });

  it("truncates what content-length promised", async () => {
    const simulator = await start({ kind: "truncate" });
    const agent = new Agent();
    const { status, bytes, length, error } = await rawRequest(simulator, agent);
    expect([status, error]).toEqual([200, "ECONNRESET"]);
    expect(bytes.length).toBe(Math.floor((length ?? 0) / 2));
    agent.destroy();
  });

  it("truncates a chunked answer", async () => {
    const simulator = await start({ kind: "truncate-chunked" });
    const agent = new Agent();
    const { status, length, bytes, error } = await rawRequest(simulator, agent);
    expect([status, length, error]).toEqual([200, Number.NaN, "ECONNRESET"]);
    expect(bytes.length).toBeGreaterThan(0);
    agent.destroy();
  });

  it("garbles an answer of the right length", async () => {
    const simulator = await start({ kind: "garble" });
    const { status, text, headers } = await ask(simulator, "/v1/orders/");
    expect(status).toBe(200);
    expect(headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it("drips an answer that is complete", async () => {
    const simulator = await start({ kind: "drip", seconds: 0.05, times: 1 });
    const slow = await ask(simulator, "/v1/orders/");
    expect(slow.text).toBe((await ask(simulator, "/v1/orders/")).text);
    expect(simulator.requests[0]?.fault).toBe("drip");
  });

  it("lets the token expire", async () => {
    const simulator = await start({ kind: "expire", after: 2 });
    expect(await statuses(simulator, 4)).toEqual([200, 200, 401, 401]);
  });

  it("says 429 as often as asked", async () => {
    const simulator = await start({ kind: "rate-limit", times: 2, seconds: 3 });
    const { status, headers, text } = await ask(simulator, "/v1/orders/");
    expect([status, headers.get("retry-after"), text]).toEqual([429, "3", ""]);
    expect(await statuses(simulator, 2)).toEqual([429, 200]);
  });

  it("redirects to another origin", async () => {
    const simulator = await start({ kind: "redirect", to: "http://127.0.0.1:1" });
    const { status, headers } = await ask(simulator, "/v1/orders/?limit=5");
    expect([status, headers.get("location")]).toEqual([
      307,
      "http://127.0.0.1:1/v1/orders/?limit=5",
    ]);
  });

  it("poisons exactly the pages with a row", async () => {
    const simulator = await start({ kind: "poison", path: "/v1/checkouts/", rows: [17] });
    const poisoned = simulator.rows("checkouts")[17]?.id;
    const sorting = "sorting=created_at&sorting=expires_at";
    const crashed: number[] = [];
    const agent = new Agent();
    for (let number = 1; number <= 21; number++) {
      const path = `/v1/checkouts/?limit=10&page=${number}&${sorting}`;
      const { status } = await rawRequest(simulator, agent, path);
      if (status === 500) crashed.push(number);
    }
    expect(crashed).toHaveLength(1);
    expect(simulator.requests.filter(({ fault }) => fault === "poison")).toHaveLength(1);
    expect((await rawRequest(simulator, agent, `/v1/checkouts/${poisoned}`)).status).toBe(500);
    expect((await page(simulator, "/v1/orders/")).items).toHaveLength(10);
    agent.destroy();
  });
});

describe("faults on a command line", () => {
  it("have options after a colon", () => {
    expect(parseFault("stall")).toEqual({ kind: "stall" });
    expect(parseFault("status:status=502,every=7,path=/v1/orders/")).toEqual({
      kind: "status",
      status: 502,
      every: 7,
      path: "/v1/orders/",
    });
    expect(parseFault("poison:ids=a+b,rows=1+2")).toEqual({
      kind: "poison",
      ids: ["a", "b"],
      rows: [1, 2],
    });
  });

  it.each([
    ["explode", 'unknown fault "explode"'],
    ["status:statsu=500", 'no option "statsu"'],
    ["status:status=five", '"status" must be a number'],
    ["status:every=", '"every" must be a number'],
  ])("%s is refused", (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});
