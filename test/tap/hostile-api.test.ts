/** An API that means harm: its answers cost neither memory without end nor the user's terminal. */

import { readdir, readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { type FakeAnswer, type FakeRequest, fakeApi, listAnswer } from "../support/fake-api.ts";
import { listen } from "../support/listening.ts";
import { workFolder } from "../support/processes.ts";
import { recordsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";

const peakMemory = new URL("../support/peak-memory.mjs", import.meta.url).href;

/** A usual sync takes a quarter of it. */
const MOST_MEGABYTES = 600;

const configOf = (url: string) => ({
  access_token: "polar_oat_Zx81TestOnly",
  api_url: url,
  max_retries: 0,
});

describe("memory stays in bounds, and the run ends with a sentence, when an answer", () => {
  /** Syncs the products of a server that sends these chunks. */
  async function syncOf(chunks: () => Iterable<string>) {
    const server = createServer(async (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      for (const chunk of chunks()) if (!(await sent(response, chunk))) return;
      response.end();
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    const file = join(await workFolder(), "peak");
    const env = { NODE_OPTIONS: `--import=${peakMemory}`, PEAK_MEMORY: file };
    const ending = await runTap({ config: configOf(url), args: ["--select", "products"], env });
    return { ...ending, megabytes: Number(await readFile(file, "utf8")) };
  }

  const counts = '"pagination":{"total_count":1,"max_page":1}';

  test.each([
    ["is nested 100,000 levels deep", ["[".repeat(100_000), "]".repeat(100_000)]],
    ["holds a value nested so deep", ['{"items":[{"id":', '{"a":'.repeat(100_000)]],
    ["has a million members", ["{", '"a":1,'.repeat(1_000_000), `"b":1,${counts}}`]],
    ["is a page of a million numbers", ['{"items":[', "1,".repeat(1_000_000), `1],${counts}}`]],
    ["has 200,000 rows without a key", ['{"items":[', "{},".repeat(200_000), `{}],${counts}}`]],
  ])("%s", async (_, chunks) => {
    const { exitCode, stderr, megabytes } = await syncOf(() => chunks);

    expect(exitCode, stderr).toBe(1);
    expect(lastLineOf(stderr)).toMatch(/^tap-polar: products is incomplete: /);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  test("has a string of a gigabyte", async () => {
    let megabytesSent = 0;
    const { exitCode, stderr, megabytes } = await syncOf(function* () {
      yield '{"items":[{"id":"';
      for (; megabytesSent < 1_000; megabytesSent++) yield "x".repeat(1_000_000);
    });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\/v1\/products\/ answers with more than 32 MiB/);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
    expect(megabytesSent).toBeLessThan(1_000);
  });

  test("has a row with a million properties: it is written, and the log stays short", {
    timeout: 300_000,
  }, async () => {
    const names = Array.from({ length: 1_000_000 }, (_, at) => `"p${at}":1`).join();
    const row = `{"id":"1","modified_at":null,${names}}`;

    const { exitCode, stderr, lines, megabytes } = await syncOf(() => [
      `{"items":[${row}],${counts}}`,
    ]);

    expect(exitCode, stderr.slice(0, 1_000)).toBe(0);
    expect(recordsOf(lines).map(({ id }) => id)).toEqual(["1"]);
    expect(stderr.split("\n").length).toBeLessThan(200);
    expect(megabytes).toBeLessThan(2 * MOST_MEGABYTES);
  });
});

/** Resolves to whether the other side still listens. */
function sent(response: ServerResponse, chunk: string): Promise<boolean> {
  return new Promise((resolve) => {
    response.write(chunk, (error) => resolve(!error));
  });
}

describe("no control character of the API's reaches the terminal,", () => {
  /** Clears the screen, sets the title, rings; in one byte, too; and turns the direction of the text. */
  const escapes = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\r\nFAKE LINE\u0000";
  const json = { error: "RequestValidationError", detail: `no ${escapes}` };
  const loc = ["query", escapes];
  const byPath: Readonly<Record<string, FakeAnswer>> = {
    "/v1/products/": { status: 422, body: JSON.stringify(json) },
    "/v1/refunds/": { status: 422, body: JSON.stringify({ detail: [{ loc, msg: escapes }] }) },
    "/v1/benefits/": { status: 403, body: JSON.stringify(json) },
    "/v1/checkouts/": { status: 404, body: JSON.stringify(json) },
    "/v1/customers/": {
      status: 403,
      headers: { "www-authenticate": 'scope="\u009b31m:read"' },
      body: "{}",
    },
    "/v1/orders/": listAnswer([{ id: "1", [`x${escapes}`]: 1, status: 7 }]),
  };
  const html = `<html><title>${escapes}</title>`;

  test.each([
    ["whatever its refusals and properties are called", ({ path }: FakeRequest) => byPath[path]],
    ["in a refused token", () => ({ status: 401, body: JSON.stringify(json) })],
    ["in a web page", () => ({ headers: { "content-type": "text/html" }, body: html })],
    ["in a redirect", () => ({ status: 302, headers: { location: "http://\u009b31m" } })],
  ])("%s", async (_, answer) => {
    const api = await fakeApi((request) => answer(request) ?? listAnswer([]));
    const config = configOf(api.url);

    const sync = await runTap({ config });
    const check = await runTap({ config, word: "check" });

    const shown = [sync.stderr, check.stderr, ...check.lines].join("\n");
    expect(api.requests.length).toBeGreaterThan(1);
    expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(shown).not.toMatch(/^\s*FAKE LINE/m);
  });
});

test("nothing is written but stdout and stderr, whatever rows, streams and bookmarks are called", async () => {
  const evil = "../../../evil.txt";
  const api = await fakeApi(() => listAnswer([{ id: evil, name: evil, [evil]: evil }]));
  const folder = await workFolder();
  const env = { HOME: folder, TMPDIR: folder, PWD: folder };
  const state = { bookmarks: { [evil]: { version: 1 }, products: {} } };

  const { exitCode, lines, stderr } = await runTap({
    config: configOf(api.url),
    args: ["--select", "products"],
    state,
    env,
  });

  expect(exitCode, stderr).toBe(0);
  expect(recordsOf(lines).map(({ id }) => id)).toEqual([evil]);
  expect(await readdir(folder)).toEqual([]);
});
