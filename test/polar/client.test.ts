import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { API_VERSION } from "../../src/polar/api-version.ts";
import {
  BlockedError,
  ForbiddenError,
  RefusedRequestError,
  ServerError,
  UnauthorizedError,
  UnavailableError,
} from "../../src/polar/errors.ts";
import { openClient, readText, request, TOKEN } from "./clients.ts";
import { ManualClock, settled } from "./clocks.ts";
import { startServer } from "./servers.ts";

const GOOD = '{"items":[],"pagination":{"total_count":0,"max_page":0}}';

function respond(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers).end(body);
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("it should have failed");
}

describe("a request", () => {
  it("carries path, query, token, version and who we are", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    const { client } = openClient(server.url, { organizationId: "org-1" });
    const query = new URLSearchParams([
      ["page", "2"],
      ["sorting", "created_at"],
      ["sorting", "-amount"],
    ]);
    expect(await client.get(request({ query }), readText)).toBe(GOOD);
    const [sent] = server.requests;
    expect(sent?.target).toBe("/v1/orders/?page=2&sorting=created_at&sorting=-amount");
    expect(sent?.headers).toMatchObject({
      accept: "application/json",
      "accept-encoding": "identity",
      authorization: `Bearer ${TOKEN}`,
      "polar-version": API_VERSION,
      "polar-organization": "org-1",
      "user-agent": "test/1",
    });
  });

  it("goes below the path of the base URL, whether that ends in a slash or not", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    for (const base of ["/proxy/polar", "/proxy/polar/"]) {
      await openClient(server.url + base).client.get(request(), readText);
    }
    expect(server.requests.map(({ target }) => target)).toEqual(
      Array(2).fill("/proxy/polar/v1/orders/?page=1"),
    );
    expect(server.requests[0]?.headers).not.toHaveProperty("polar-organization");
  });

  it("hands over the time at which the answer was complete", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    const { client, clock } = openClient(server.url);
    const receivedAt = await client.get(request(), (body, time) => {
      body.release();
      return time;
    });
    expect(receivedAt).toBe(clock.now());
  });

  it("goes out alone until one has succeeded, then as many as may", async () => {
    const waiting: ServerResponse[] = [];
    const server = await startServer((response) => waiting.push(response));
    const { client } = openClient(server.url, { concurrency: 3 });
    const all = Array.from({ length: 7 }, () => client.get(request(), readText));
    const open = async (count: number) => {
      while (waiting.length < count) await settled();
      await settled();
      expect(waiting.length).toBe(count);
      for (const response of waiting.splice(0)) respond(response, 200, GOOD);
    };
    await open(1);
    for (let rest = 6; rest > 0; ) {
      await settled();
      const now = waiting.length;
      expect(now).toBeLessThanOrEqual(3);
      rest -= now;
      for (const response of waiting.splice(0)) respond(response, 200, GOOD);
    }
    expect(await Promise.all(all)).toEqual(Array(7).fill(GOOD));
    expect(server.requests.length).toBe(7);
  });

  it("goes on alone as long as there are only failures", async () => {
    const waiting: ServerResponse[] = [];
    const server = await startServer((response) => waiting.push(response));
    const { client } = openClient(server.url, { concurrency: 3 });
    const all = Array.from({ length: 4 }, () => client.get(request(), readText));
    for (const status of [503, 503, 200]) {
      while (waiting.length === 0) await settled();
      await settled();
      expect(waiting.length).toBe(1);
      for (const response of waiting.splice(0)) respond(response, status, GOOD);
    }
    while (waiting.length < 3) await settled();
    for (const response of waiting.splice(0)) respond(response, 200, GOOD);
    expect(await Promise.all(all)).toEqual(Array(4).fill(GOOD));
  });

  it.each([
    [511, {}],
    [503, { "cf-mitigated": "challenge" }],
  ])("that a firewall answers (%i %o) is not tried again", async (status, headers) => {
    const server = await startServer((response) => respond(response, status, "", headers));
    const { client } = openClient(server.url);
    expect(await failureOf(client.get(request(), readText))).toBeInstanceOf(BlockedError);
    expect(server.requests.length).toBe(1);
  });

  it("waits for the budget, and the log says why", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    const { client, clock, lines } = openClient(server.url, { requestsPerMinute: 2 });
    for (let count = 0; count < 5; count++) await client.get(request(), readText);
    expect(clock.slept).toEqual([60_000, 30_000, 30_000]);
    expect(lines.filter((line) => line.startsWith("info"))).toEqual(
      [60, 30].map(
        (wait) =>
          `info: Waiting ${wait} s: 2 requests in a minute are the budget (requests_per_minute).`,
      ),
    );
  });

  it("waits so little for the budget that it is told once", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    const { client, clock, lines } = openClient(server.url, { requestsPerMinute: 100 });
    for (let count = 0; count < 50; count++) await client.get(request(), readText);
    expect(clock.slept).toHaveLength(30);
    expect(lines.filter((line) => line.startsWith("info"))).toEqual([
      "info: Requests are spread from here on: 100 requests in a minute are the budget (requests_per_minute).",
    ]);
  });

  it("is measured under its endpoint, not its path", async () => {
    const server = await startServer((response, number) =>
      respond(response, number === 1 ? 503 : 200, GOOD),
    );
    const { client, lines } = openClient(server.url);
    await client.get(request({ path: "/v1/x/42", endpoint: "/v1/x/{id}" }), readText);
    expect(lines.filter((line) => line.startsWith("request"))).toEqual([
      "request: /v1/x/{id} 503",
      "request: /v1/x/{id} 200",
    ]);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 307, 308])(
    "%i to the same origin is followed, with the query it names",
    async (status) => {
      const server = await startServer((response, number, { target }) => {
        if (number > 1) return respond(response, 200, GOOD);
        const location = target.replace("/v1/files/", "/v1/files");
        return respond(response, status, "moved, and this is no part of the answer", { location });
      });
      const { client } = openClient(server.url);
      const path = "/v1/files/";
      expect(await client.get(request({ path, endpoint: path }), readText)).toBe(GOOD);
      expect(server.requests.map(({ target }) => target)).toEqual([
        "/v1/files/?page=1",
        "/v1/files?page=1",
      ]);
      expect(server.requests[1]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    },
  );

  it("costs a request of the budget", async () => {
    const server = await startServer((response, _number, { target }) =>
      target.startsWith("/v1/orders/")
        ? respond(response, 307, "", { location: "/v1/orders" })
        : respond(response, 200, GOOD),
    );
    const { client, clock } = openClient(server.url, { requestsPerMinute: 4 });
    for (let count = 0; count < 3; count++) await client.get(request(), readText);
    expect(clock.slept).toEqual([60_000]);
  });

  it("by absolute address to the same origin is followed, too", async () => {
    const server = await startServer((response, number, { headers }) =>
      respond(response, number === 1 ? 307 : 200, GOOD, {
        location: `http://${headers.host}/v1/orders`,
      }),
    );
    expect(await openClient(server.url).client.get(request(), readText)).toBe(GOOD);
    expect(server.requests[1]?.target).toBe("/v1/orders");
  });

  it("to another origin is refused, and nothing arrives there", async () => {
    const other = await startServer((response) => respond(response, 200, GOOD));
    const server = await startServer((response) =>
      respond(response, 307, "", { location: `${other.url}/v1/orders/` }),
    );
    const { client } = openClient(server.url);
    const error = await failureOf(client.get(request(), readText));
    expect(error).toBeInstanceOf(BlockedError);
    expect(error.message).toContain(`redirects to another server (${other.url})`);
    expect(server.requests.length).toBe(1);
    expect(other.requests).toEqual([]);
  });

  it.each(["//evil.example/v1/orders/", "https://127.0.0.1/v1/orders/", "http://user@localhost/"])(
    "to %s is refused",
    async (location) => {
      const server = await startServer((response) => respond(response, 307, "", { location }));
      const error = await failureOf(openClient(server.url).client.get(request(), readText));
      expect(error).toBeInstanceOf(BlockedError);
      expect(server.requests.length).toBe(1);
    },
  );

  it.each([undefined, "http://", "http://[::1"])("to nowhere (%j) is refused", async (location) => {
    const server = await startServer((response) =>
      respond(response, 307, "", location === undefined ? {} : { location }),
    );
    const error = await failureOf(openClient(server.url).client.get(request(), readText));
    expect(error).toBeInstanceOf(BlockedError);
    expect(error.message).toContain("/v1/orders/ answers 307 without a target");
  });

  it("in circles ends after a few", async () => {
    const server = await startServer((response) =>
      respond(response, 307, "", { location: "/v1/orders/?again" }),
    );
    const error = await failureOf(openClient(server.url).client.get(request(), readText));
    expect(error).toBeInstanceOf(BlockedError);
    expect(error.message).toContain("redirects without end");
    expect(server.requests.length).toBe(6);
  });
});

describe("429", () => {
  /** Answers the first requests with 429, the others well. */
  const limited = (refusals: number, headers: Record<string, string>) =>
    startServer((response, number) =>
      number <= refusals ? respond(response, 429, "", headers) : respond(response, 200, GOOD),
    );

  it.each([
    ["seconds", { "retry-after": "60" }, 60_000],
    ["no header", {}, 60_000],
    ["a past date", { "retry-after": "Sat, 01 Aug 2020 12:00:00 GMT" }, 1_000],
    ["a date", { "retry-after": "Sat, 01 Aug 2026 12:17:00 GMT" }, 20_000],
  ])("with %s makes all wait as long as it asks for", async (_, headers, wait) => {
    const server = await limited(1, headers);
    const { client, clock, lines } = openClient(server.url);
    expect(await client.get(request(), readText)).toBe(GOOD);
    expect(clock.slept).toEqual([wait]);
    expect(lines).toContain(
      `warn: The API asks to slow down (429): all requests wait ${wait / 1_000} s.`,
    );
  });

  it("is not counted against the retries, and told once for all that it hits together", async () => {
    const server = await limited(12, { "retry-after": "60" });
    const { client, clock, lines } = openClient(server.url, { maxRetries: 0 });
    const all = Array.from({ length: 4 }, () => client.get(request(), readText));
    expect(await Promise.all(all)).toEqual(Array(4).fill(GOOD));
    expect(server.requests.length).toBe(16);
    expect(clock.slept).toEqual(Array(12).fill(60_000));
    expect(lines.filter((line) => line.startsWith("warn")).length).toBe(12);
  });

  it("hitting many at once is one wait for all of them", async () => {
    const waiting: ServerResponse[] = [];
    const server = await startServer((response, number) =>
      number > 1 && number <= 4 ? waiting.push(response) : respond(response, 200, GOOD),
    );
    const { client, clock, lines } = openClient(server.url, { concurrency: 3 });
    await client.get(request(), readText);
    const all = Array.from({ length: 5 }, () => client.get(request(), readText));
    while (waiting.length < 3) await settled();
    for (const response of waiting) respond(response, 429, "", { "retry-after": "60" });
    expect(await Promise.all(all)).toEqual(Array(5).fill(GOOD));
    expect(server.requests.length).toBe(9);
    expect(clock.slept.every((wait) => wait === 60_000)).toBe(true);
    expect(lines.filter((line) => line.startsWith("warn")).length).toBe(clock.slept.length);
  });

  it("without end gives up after twenty, and says who may be to blame", async () => {
    const server = await limited(Number.POSITIVE_INFINITY, { "retry-after": "1" });
    const { client } = openClient(server.url);
    const error = await failureOf(client.get(request(), readText));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/asked 20 times in a row to wait \(429.*requests_per_minute/);
    expect(server.requests.length).toBe(21);
  });

  it("hitting many at once, over and over, is as many waits as it is asked for", async () => {
    const concurrency = 16;
    let refused = 0;
    const waiting: ServerResponse[] = [];
    const server = await startServer((response, number) => {
      if (number === 1 || refused >= 3) return respond(response, 200, GOOD);
      waiting.push(response);
      if (waiting.length < concurrency) return;
      refused++;
      for (const one of waiting.splice(0)) respond(one, 429, "", { "retry-after": "60" });
    });
    const { client } = openClient(server.url, { concurrency, requestsPerMinute: 10_000 });
    await client.get(request(), readText);
    const all = Array.from({ length: concurrency }, () => client.get(request(), readText));
    expect(await Promise.all(all)).toEqual(Array(concurrency).fill(GOOD));
    expect(server.requests.length).toBe(1 + 4 * concurrency);
  });

  it("counts anew after a success", async () => {
    const server = await startServer((response, number) =>
      number % 16 === 0 ? respond(response, 200, GOOD) : respond(response, 429, ""),
    );
    const { client } = openClient(server.url);
    for (let round = 0; round < 3; round++) await client.get(request(), readText);
    expect(server.requests.length).toBe(48);
  });
});

describe("a 5xx", () => {
  it.each([500, 502, 503, 504, 408, 425])(
    "%i is tried again after a growing wait",
    async (status) => {
      const server = await startServer((response, number) =>
        number <= 3
          ? respond(response, status, "Internal Server Error")
          : respond(response, 200, GOOD),
      );
      const { client, clock } = openClient(server.url);
      expect(await client.get(request(), readText)).toBe(GOOD);
      expect(server.requests.length).toBe(4);
      for (const [index, longest] of [250, 500, 1_000].entries()) {
        expect(clock.slept[index]).toBeGreaterThanOrEqual(longest / 2);
        expect(clock.slept[index]).toBeLessThanOrEqual(longest);
      }
    },
  );

  it.each([
    [503, {}, 6, UnavailableError],
    [500, {}, 4, ServerError],
    [500, { serverErrorRetries: 1 }, 2, ServerError],
    [503, { serverErrorRetries: 1 }, 6, UnavailableError],
  ])("%i that stays (%j) is an error after %i requests", async (status, options, count, kind) => {
    const server = await startServer((response) => respond(response, status, "oops"));
    const { client } = openClient(server.url);
    const error = await failureOf(client.get(request(options), readText));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(
      `/v1/orders/ failed ${count} times, last with: status ${status}.`,
    );
    expect(server.requests.length).toBe(count);
  });

  it("is not tried again where there are to be no retries", async () => {
    const server = await startServer((response) => respond(response, 500, ""));
    const { client, clock } = openClient(server.url, { maxRetries: 0 });
    expect(await failureOf(client.get(request(), readText))).toBeInstanceOf(ServerError);
    expect(server.requests.length).toBe(1);
    expect(clock.slept).toEqual([]);
  });

  it("of one request leaves the others alone", async () => {
    const server = await startServer((response, _, { target }) =>
      respond(response, target.startsWith("/v1/bad/") ? 500 : 200, GOOD),
    );
    const { client } = openClient(server.url);
    const bad = failureOf(client.get(request({ path: "/v1/bad/" }), readText));
    const good = Array.from({ length: 6 }, () => client.get(request(), readText));
    expect(await bad).toBeInstanceOf(ServerError);
    expect(await Promise.all(good)).toEqual(Array(6).fill(GOOD));
  });
});

describe("a 4xx", () => {
  it.each([
    [
      401,
      '{"error":"invalid_token","error_description":"The access token is expired"}',
      UnauthorizedError,
      "Polar does not accept the access token (401: The access token is expired).",
    ],
    [403, '{"error":"insufficient_scope"}', ForbiddenError, "lacks the scope orders:read (403)"],
    [404, '{"detail":"Not Found"}', RefusedRequestError, `version ${API_VERSION} (404: Not Found)`],
    [
      422,
      '{"error":"RequestValidationError","detail":[{"loc":["query","limit"],"msg":"too much","input":9}]}',
      RefusedRequestError,
      "The API refuses /v1/orders/ (422: query.limit: too much).",
    ],
    [400, "", RefusedRequestError, "The API refuses /v1/orders/ (400: no explanation)."],
    [418, "<html>", BlockedError, "answers with an HTML page (418)"],
    [204, "", RefusedRequestError, "(204: no explanation)"],
  ])("%i is final and told plainly", async (status, body, kind, message) => {
    const headers = {
      "www-authenticate": 'Bearer scope="orders:read", error="insufficient_scope"',
    };
    const server = await startServer((response) =>
      respond(response, status, body, status === 403 ? headers : {}),
    );
    const { client, clock, lines } = openClient(server.url);
    const error = await failureOf(client.get(request(), readText));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
    expect(server.requests.length).toBe(1);
    expect(clock.slept).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(
        `^debug: GET /v1/orders/\\?page=1: ${status}, [\\d.]+ s after a wait of`,
      ),
    );
    expect([error.message, error.stack, ...lines].join("\n")).not.toContain(TOKEN);
  });

  it("does not keep the others from going on", async () => {
    const server = await startServer((response, number) =>
      number === 1 ? respond(response, 403, "{}") : respond(response, 200, GOOD),
    );
    const { client } = openClient(server.url);
    const first = failureOf(client.get(request(), readText));
    const second = client.get(request(), readText);
    expect(await first).toBeInstanceOf(ForbiddenError);
    expect(await second).toBe(GOOD);
  });
});

describe("an aborted run", () => {
  const reason = new Error("the user has had enough");

  it("ends what is in flight and what waits, with the signal's reason", async () => {
    const waiting: ServerResponse[] = [];
    const server = await startServer((response) => waiting.push(response));
    const { client, abort } = openClient(server.url);
    const failures = Array.from({ length: 3 }, () => failureOf(client.get(request(), readText)));
    while (waiting.length < 1) await settled();
    abort.abort(reason);
    expect(await Promise.all(failures)).toEqual([reason, reason, reason]);
    expect(server.requests.length).toBe(1);
  });

  it("ends what is half received", async () => {
    const halves: ServerResponse[] = [];
    const server = await startServer((response) => {
      response.writeHead(200).write('{"items":');
      halves.push(response);
    });
    const { client, abort } = openClient(server.url);
    const failure = failureOf(client.get(request(), readText));
    while (halves.length < 1) await settled();
    abort.abort(reason);
    expect(await failure).toBe(reason);
  });

  it.each([
    [503, "the wait before a retry"],
    [429, "the wait for Retry-After"],
  ])("ends %i: %s", async (status) => {
    const server = await startServer((response) => respond(response, status, ""));
    const clock = new ManualClock();
    const { client, abort } = openClient(server.url, { clock });
    const failure = failureOf(client.get(request(), readText));
    while (clock.asleep === 0) await settled();
    abort.abort(reason);
    expect(await failure).toBe(reason);
    expect(server.requests.length).toBe(1);
  });

  it("sends nothing any more", async () => {
    const server = await startServer((response) => respond(response, 200, GOOD));
    const { client, abort } = openClient(server.url);
    await client.get(request(), readText);
    abort.abort(reason);
    expect(await failureOf(client.get(request(), readText))).toBe(reason);
    expect(server.requests.length).toBe(1);
  });

  it("also ends with something else than an error as its reason", async () => {
    const server = await startServer(() => undefined);
    const { client, abort } = openClient(server.url);
    const failure = failureOf(client.get(request(), readText));
    while (server.requests.length < 1) await settled();
    abort.abort("SIGTERM");
    expect((await failure).message).toBe("SIGTERM");
  });
});
