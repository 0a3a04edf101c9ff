import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { type RequestOptions, request as secureRequest } from "node:https";
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

describe("answers that are none of the API's", () => {
  it("a firewall's page", async () => {
    const simulator = await start({ kind: "html", title: "Just a moment..." });
    const { status, headers, text } = await ask(simulator, "/v1/orders/");
    expect([status, headers.get("content-type")]).toEqual([403, "text/html; charset=UTF-8"]);
    expect(text).toContain("<title>Just a moment...</title>");
  });

  it("a login page", async () => {
    const simulator = await start({ kind: "html", status: 200, title: "Log in" });
    const { status, text } = await ask(simulator, "/v1/orders/");
    expect([status, text.startsWith("<!DOCTYPE html>")]).toEqual([200, true]);
  });
});

describe("one bad parent", () => {
  it("fails by its path or by its query, and the others do not", async () => {
    const plain = await start();
    const [bad, good] = plain.rows("customers").map(({ id }) => id);
    const subscriptions = plain
      .rows("subscriptions")
      .flatMap(({ hidden, id }) => (hidden ? [] : [id]));
    const [badSubscription, goodSubscription] = subscriptions;
    const seats = "/v1/customer-seats";
    const query = `subscription_id=${badSubscription}`;
    plain.setFaults([
      { kind: "status", status: 500, path: `/v1/customers/${bad}/payment-methods` },
      { kind: "status", status: 409, path: seats, query },
    ]);
    const found: number[] = [];
    for (const path of [
      `/v1/customers/${bad}/payment-methods`,
      `/v1/customers/${good}/payment-methods`,
      `${seats}?${query}`,
      `${seats}?subscription_id=${goodSubscription}`,
    ]) {
      found.push((await ask(plain, path)).status);
    }
    expect(found).toEqual([500, 200, 409, 200]);
  });
});

describe("lists that lie about their pages", () => {
  it.each<[Fault["kind"], Partial<Fault>, RegExp]>([
    ["no-pagination", {}, /\}\]\}$/],
    ["null-pagination", {}, /\}\],"pagination":null\}$/],
    ["cursor", {}, /\}\],"pagination":\{"has_next_page":true\}\}$/],
    ["cursor", { page: 5 }, /\}\],"pagination":\{"has_next_page":false\}\}$/],
    ["total", { total: 500_000 }, /\}\],"pagination":\{"total_count":500000,"max_page":5000\}\}$/],
    ["total", { total: 3 }, /\}\],"pagination":\{"total_count":3,"max_page":1\}\}$/],
  ])("%s %j", async (kind, options, end) => {
    const simulator = await start({ kind, ...options });
    const { status, text } = await ask(
      simulator,
      `/v1/orders/?limit=100&page=${options.page ?? 1}`,
    );
    expect([status, text]).toEqual([200, expect.stringMatching(end)]);
    const items: unknown[] = JSON.parse(text).items;
    expect(items).toHaveLength(options.page === 5 ? 50 : 100);
    expect((await ask(simulator, "/v1/metrics/dashboards")).text).toMatch(/^\[.*\]$/);
  });

  it("with pages that repeat the one before", async () => {
    const simulator = await start({ kind: "repeat", page: 3 });
    const ids = async (number: number): Promise<unknown[]> =>
      (await page(simulator, `/v1/customers/?sorting=email&limit=20&page=${number}`)).items.map(
        ({ id }) => id,
      );
    expect(await ids(3)).toEqual(await ids(2));
    expect(await ids(4)).not.toEqual(await ids(2));
  });
});

describe("clocks", () => {
  it("of the server can be wrong", async () => {
    const simulator = await startSimulator({
      date: "simulator",
      faults: [{ kind: "clock", seconds: -86_400, times: 1 }],
    });
    running.push(simulator);
    const date = async (): Promise<string | null> =>
      (await ask(simulator, "/v1/orders/")).headers.get("date");
    expect(await date()).toBe("Wed, 19 Aug 2026 12:00:00 GMT");
    expect(await date()).toBe("Thu, 20 Aug 2026 12:00:00 GMT");
    simulator.clock.advance(90);
    expect(await date()).toBe("Thu, 20 Aug 2026 12:01:30 GMT");
    simulator.clock.set(new Date("2026-01-01T00:00:00Z"));
    expect(await date()).toBe("Thu, 20 Aug 2026 12:01:30 GMT");
  });
});

describe("https", () => {
  it("with a certificate of the test's own", async () => {
    const read = (name: string) =>
      readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));
    const [key, cert] = [read("key.pem"), read("certificate.pem")];
    const simulator = await startSimulator({ tls: { key, cert } });
    running.push(simulator);
    expect(simulator.url).toMatch(/^https:/);
    const status = (options: RequestOptions): Promise<number | string> =>
      new Promise((resolve) => {
        const headers = { authorization: `Bearer ${simulator.accessToken}` };
        const sent = secureRequest(
          `${simulator.url}/v1/orders/`,
          { headers, ...options },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        sent.end();
      });
    expect(await status({ ca: cert, servername: "polar.test" })).toBe(200);
    expect(await status({ servername: "polar.test" })).toMatch(/SELF_SIGNED/);
  });
});

describe("scopes", () => {
  it("can be taken away", async () => {
    const simulator = await start();
    simulator.setScopes(["refunds:read"]);
    expect(await statuses(simulator, 1)).toEqual([403]);
    expect(await statuses(simulator, 1, "/v1/refunds/")).toEqual([200]);
  });
});
