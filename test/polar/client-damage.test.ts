import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Body } from "../../src/polar/body.ts";
import { PolarError, UnavailableError } from "../../src/polar/errors.ts";
import { PagePool } from "../../src/polar/page.ts";
import { openClient, readText, request, TOKEN } from "./clients.ts";
import { http, startRawServer } from "./servers.ts";

const ROWS = JSON.stringify({
  items: Array.from({ length: 50 }, (_, id) => ({ id, x: "é".repeat(99) })),
});
const GOOD = http(200, ROWS);
const HALF = GOOD.slice(0, GOOD.length / 2);
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/** Ways to answer badly, each of which another try may mend. */
const damages: Record<string, (socket: Socket) => void> = {
  "a reset before any answer": (socket) => socket.resetAndDestroy(),
  "a connection closed before any answer": (socket) => socket.end(),
  "a reset in the middle": (socket) => socket.write(HALF, () => socket.resetAndDestroy()),
  "a body shorter than announced": (socket) => socket.end(HALF),
  "a head that is cut off": (socket) => socket.end(GOOD.slice(0, 20)),
  "chunks without an end": (socket) => socket.end(`${CHUNKED}5\r\n{"ite\r\n`),
  "a chunk that is cut off": (socket) => socket.end(`${CHUNKED}ff\r\n{"ite`),
  "chunks that are none": (socket) => socket.end(`${CHUNKED}what?\r\n`),
  "something else than HTTP": (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
  "garbled JSON": (socket) => socket.write(http(200, ROWS.replace(":", ";"))),
  "JSON that is cut off": (socket) => socket.write(http(200, ROWS.slice(0, -1))),
  "an empty body": (socket) => socket.write(http(200, "")),
  "HTML with status 200": (socket) => socket.write(http(200, "<html></html>")),
  "bytes that are not UTF-8": (socket) =>
    socket.write(Buffer.from(http(200, '{"items":[{"id":"?"}]}').replace("?", "\xe9"), "latin1")),
  "a 500 and then a reset": (socket) =>
    socket.write(http(500, "Internal Server Error"), () => socket.resetAndDestroy()),
};

/** Ways never to come to an end. */
const stalls: Record<string, (socket: Socket) => void> = {
  "an answer that never comes": () => undefined,
  "a body that stalls": (socket) => socket.write(HALF),
  "a body that drips": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
    const drip = setInterval(() => socket.write(" "), 5);
    socket.on("close", () => clearInterval(drip));
  },
};

/** Reads as the tap does, and gives the rows' texts. */
function reading() {
  const pages = new PagePool();
  return (body: Body) => {
    const page = pages.take();
    try {
      page.read(body, 0, "items");
    } catch (error) {
      page.release();
      throw error;
    }
    const text = Buffer.from(page.rows.bytes).toString();
    page.release();
    return text;
  };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.catch((reason: unknown) => reason);
  if (error instanceof Error) return error;
  throw new Error("it should have failed");
}

describe.each(Object.entries(damages))("%s", (_, damage) => {
  it("is tried again", async () => {
    const { url, counts } = await startRawServer((socket, number) =>
      number === 1 ? damage(socket) : socket.write(GOOD),
    );
    const { client, clock } = openClient(url);
    expect(await client.get(request(), reading())).toBe(ROWS);
    expect(counts.requests).toBe(2);
    expect(clock.slept.length).toBe(1);
  });

  it("that stays is an error without a word of the token or of the content", async () => {
    const { url, counts } = await startRawServer(damage);
    const { client, lines } = openClient(url, { maxRetries: 2 });
    const error = await failureOf(client.get(request(), reading()));
    expect(error).toBeInstanceOf(PolarError);
    expect(error.message).toMatch(
      /^\/v1\/orders\/ failed 3 times, last with: .+\.|ends each connection without|does not speak HTTP|an HTML page/,
    );
    expect([error.message, ...lines].join()).not.toMatch(new RegExp(`${TOKEN}|é|ite|html`));
    expect(counts.requests).toBe(3);
  });
});

// On a busy machine so short a time may also be over before the server has seen the request.
describe.each(Object.entries(stalls))("%s", (_, stall) => {
  it("is given up in time and tried again", async () => {
    const { url, counts } = await startRawServer((socket, number) =>
      number === 1 ? stall(socket) : socket.write(GOOD),
    );
    const { client, clock } = openClient(url, { requestTimeoutSeconds: 0.2 });
    expect(await client.get(request(), reading())).toBe(ROWS);
    expect(counts.requests).toBeGreaterThanOrEqual(2);
    expect(clock.slept.length).toBeGreaterThanOrEqual(1);
  });

  it("makes for fewer requests at once, until the server bears them", async () => {
    let underWay = 0;
    let most = 0;
    const { url } = await startRawServer((socket) => {
      underWay++;
      most = Math.max(most, underWay);
      if (underWay > 2) {
        socket.once("close", () => underWay--);
        return stall(socket);
      }
      // As long as an answer takes: the others come meanwhile.
      setTimeout(() => {
        underWay--;
        socket.write(GOOD);
      }, 5);
    });
    const { client, lines } = openClient(url, { concurrency: 8, requestTimeoutSeconds: 0.2 });
    const gets = Array.from({ length: 30 }, () => client.get(request(), reading()));
    expect(await Promise.all(gets)).toEqual(Array(30).fill(ROWS));
    expect(most).toBe(8);
    const told = lines.filter((line) => line.includes("requests at once for now"));
    const limits = told.map((line) => /no more than (\d)/.exec(line)?.[1]).join();
    // A server that is slow to notice who has given up may need one step more.
    expect(["4,2", "4,2,1"]).toContain(limits);
  });

  it("that stays is an error that says how long it was waited for", async () => {
    const { url } = await startRawServer(stall);
    const { client } = openClient(url, { requestTimeoutSeconds: 0.1, maxRetries: 2 });
    const error = await failureOf(client.get(request(), reading()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/failed 3 times, last with: no complete answer after 0\.1 s\./);
  });
});

describe("the connection after a 500", () => {
  it("may be reset by the server: the request that meets it is tried again", async () => {
    const { url, counts } = await startRawServer((socket, number, connection) => {
      if (number === 1) socket.write(http(500, "Internal Server Error"));
      else if (connection === 1) socket.resetAndDestroy();
      else socket.write(GOOD);
    });
    const { client } = openClient(url, { concurrency: 1 });
    expect(await client.get(request(), reading())).toBe(ROWS);
    expect(counts).toEqual({ requests: 3, connections: 2 });
  });

  it("is reset once for each 500: further resets count against the retries", async () => {
    const { url, counts } = await startRawServer((socket, number) => {
      if (number === 1) socket.write(http(500, "Internal Server Error"));
      else if (number <= 20) socket.resetAndDestroy();
      else socket.write(GOOD);
    });
    const { client } = openClient(url, { concurrency: 1, maxRetries: 2 });
    await failureOf(client.get(request(), reading()));
    // The 500, the reset that comes of it, and two more tries.
    expect(counts.requests).toBe(4);
  });

  it("and resets do not count as 500s: a single one never condemns a row", async () => {
    const { url, counts } = await startRawServer((socket, number) => {
      if (number <= 3) socket.resetAndDestroy();
      else socket.write(number === 4 ? http(500, "") : GOOD);
    });
    const { client } = openClient(url);
    expect(await client.get(request({ serverErrorRetries: 1 }), reading())).toBe(ROWS);
    expect(counts.requests).toBe(5);
  });
});

describe("a connection", () => {
  it("to a server that has answered before is worth all tries when it breaks", async () => {
    const { url, counts } = await startRawServer((socket, number) => {
      if (number === 1) socket.write(GOOD);
      else socket.resetAndDestroy();
    });
    const { client } = openClient(url, { concurrency: 1, maxRetries: 8 });
    await client.get(request(), reading());
    expect(await failureOf(client.get(request(), reading()))).toBeInstanceOf(UnavailableError);
    expect(counts.requests).toBe(1 + 9);
  });

  it("is kept for the next request", async () => {
    const { url, counts } = await startRawServer((socket) => socket.write(GOOD));
    const { client } = openClient(url, { concurrency: 1 });
    for (let count = 0; count < 5; count++) await client.get(request(), readText);
    expect(counts).toEqual({ requests: 5, connections: 1 });
  });

  it("that can't be made is an error that says where to look", async () => {
    const { url } = await startRawServer((socket) => socket.destroy());
    const closed = new URL(url);
    closed.port = "1";
    const { client, clock } = openClient(closed.href, { maxRetries: 2 });
    await expect(client.get(request(), readText)).rejects.toThrow(
      /failed 3 times, last with: .*ECONNREFUSED.*Check the network and api_url/,
    );
    expect(clock.slept.length).toBe(2);
  });

  it("may say first that it is going to answer", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    const { url } = await startRawServer((socket) => socket.write(early + GOOD));
    const { client } = openClient(url);
    expect(await client.get(request(), reading())).toBe(ROWS);
  });

  it("may bring the answer in pieces of any size", async () => {
    const chunks = [...ROWS.matchAll(/.{1,700}/gs)].map(
      ([text]) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`,
    );
    const { url } = await startRawServer((socket) => {
      socket.setNoDelay(true);
      for (const piece of [CHUNKED, ...chunks, "0\r\n\r\n"]) socket.write(piece);
    });
    const { client } = openClient(url);
    expect(await client.get(request(), reading())).toBe(ROWS);
  });
});

describe("the memory of an answer", () => {
  it("is the same one for all answers that come one after the other, good and bad", async () => {
    const bad = [...Object.values(damages), ...Object.values(stalls)];
    const { url } = await startRawServer((socket, number) =>
      number % 2 === 0 ? socket.write(GOOD) : bad[(number >> 1) % bad.length]?.(socket),
    );
    const allocations = vi.spyOn(Buffer, "allocUnsafeSlow");
    onTestFinished(() => allocations.mockRestore());
    const { client } = openClient(url, { concurrency: 1, requestTimeoutSeconds: 0.1 });
    for (let count = 0; count < bad.length; count++) {
      expect(await client.get(request(), reading())).toBe(ROWS);
    }
    expect(allocations.mock.calls.filter(([size]) => size === 512 * 1024).length).toBe(1);
  });

  it("is in one hand at a time, and handed out again, whatever has gone wrong", async () => {
    const bad = [...Object.values(damages), ...Object.values(stalls)];
    let healthy = true;
    const { url } = await startRawServer((socket, number) => {
      if (healthy || number % 3 === 0) socket.write(GOOD);
      else bad[number % bad.length]?.(socket);
    });
    const concurrency = 4;
    const { client } = openClient(url, {
      concurrency,
      requestTimeoutSeconds: 0.1,
      maxRetries: 100,
      requestsPerMinute: 10_000,
    });
    const allocations = vi.spyOn(Buffer, "allocUnsafeSlow");
    onTestFinished(() => allocations.mockRestore());
    /** Gets twelve answers and holds them all. */
    const hold = async () => {
      const bodies = await Promise.all(
        Array.from({ length: 12 }, () =>
          client.get(request({ serverErrorRetries: 100 }), (body) => {
            new PagePool().take().read(body, 0, "items");
            return body;
          }),
        ),
      );
      expect(new Set(bodies).size).toBe(12);
      for (const body of bodies) expect(body.bytes.toString()).toBe(ROWS);
      return bodies;
    };
    for (const body of await hold()) body.release();
    healthy = false;
    for (const body of await hold()) body.release();
    healthy = true;
    await hold();
    // As many more may be needed as fail at the same time while others are held.
    const bodies = allocations.mock.calls.filter(([size]) => size === 512 * 1024);
    expect(bodies.length).toBeGreaterThanOrEqual(12);
    expect(bodies.length).toBeLessThanOrEqual(12 + concurrency);
  });
});
