/**
 * What reading the orders costs at least: downloads the pages that the tap reads, in the same order
 * and as many at a time, and writes their bytes. With `reprint` each page goes through JSON.parse
 * and JSON.stringify first, as it does in most taps.
 *
 *     node floor.mjs <url> <access token> <orders> <concurrency> [reprint]
 */
import { writeSync } from "node:fs";
import { Pool } from "undici";

const [url = "", accessToken, orders, connections, mode] = process.argv.slice(2);
const pages = Math.ceil(Number(orders) / 100);
const pool = new Pool(url, { connections: Number(connections) });
const headers = { authorization: `Bearer ${accessToken}`, "polar-version": "2026-10" };
const sorting = "sorting=created_at&sorting=invoice_number";
let next = 1;

async function readPages(): Promise<void> {
  while (next <= pages) {
    const path = `/v1/orders/?page=${next++}&limit=100&${sorting}`;
    const { statusCode, body } = await pool.request({ method: "GET", path, headers });
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    if (mode === "reprint") write(Buffer.from(JSON.stringify(JSON.parse(await body.text()))));
    else write(new Uint8Array(await body.arrayBuffer()));
  }
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

await Promise.all(Array.from({ length: Number(connections) }, readPages));
await pool.close();
