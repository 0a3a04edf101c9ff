/** Sends the body of an answer, or whatever a fault leaves of it. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Fault } from "./faults.ts";

/** So many pieces has an answer that drips. */
const PIECES = 20;

export function sendBody(
  socket: Socket,
  response: ServerResponse,
  body: Buffer,
  fault: Fault | null,
): void {
  const half = body.subarray(0, body.length >> 1);
  switch (fault?.kind) {
    case "stall-body":
      response.write(half);
      return;
    case "truncate":
    case "truncate-chunked":
      response.write(half, () => socket.destroySoon());
      return;
    case "garble":
      response.end(garbled(body));
      return;
    case "drip":
      drip(response, body, ((fault.seconds ?? 1) * 1000) / PIECES);
      return;
    default:
      response.end(body);
  }
}

/** No JSON in any position: control characters and brackets that close nothing. */
function garbled(body: Buffer): Buffer {
  const broken = Buffer.from(body);
  broken.write("\u0000\u0001]}]}\u0000,,{{", body.length >> 1, "latin1");
  return broken;
}

function drip(response: ServerResponse, body: Buffer, pause: number): void {
  const size = Math.max(1, Math.ceil(body.length / PIECES));
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at + size >= body.length) {
      clearInterval(timer);
      response.end(body.subarray(at));
      return;
    }
    response.write(body.subarray(at, at + size));
    at += size;
  }, pause);
}
