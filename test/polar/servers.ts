/** Servers on this machine that answer as a test tells them to, and end with it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createNetServer, type Server, type Socket } from "node:net";
import { listen } from "../support/listening.ts";

export interface ReceivedRequest {
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface TestServer {
  readonly url: string;
  readonly requests: ReceivedRequest[];
}

/** `answer` gets the request's number, from 1. */
export async function startServer(
  answer: (response: ServerResponse, number: number, request: ReceivedRequest) => void,
): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const received = { target: request.url ?? "", headers: request.headers };
    requests.push(received);
    // Without a word on the time: that of the client's clock is to count.
    response.sendDate = false;
    answer(response, requests.length, received);
  });
  return { url: await urlOf(server), requests };
}

/** Below HTTP: `answer` gets the socket when the head of a request is complete. */
export async function startRawServer(
  answer: (socket: Socket, number: number, connection: number) => void,
): Promise<{ readonly url: string; readonly counts: { requests: number; connections: number } }> {
  const counts = { requests: 0, connections: 0 };
  const server = createNetServer((socket) => {
    const connection = ++counts.connections;
    let head = "";
    socket.on("data", (chunk) => {
      head += chunk;
      if (!head.includes("\r\n\r\n")) return;
      head = "";
      answer(socket, ++counts.requests, connection);
    });
    // A client that goes away in the middle is part of these tests.
    socket.on("error", () => socket.destroy());
  });
  return { url: await urlOf(server), counts };
}

async function urlOf(server: Server): Promise<string> {
  return `http://127.0.0.1:${await listen(server)}`;
}

/** A whole answer as it goes over the wire. */
export function http(status: number, body: string, headers: Record<string, string> = {}): string {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n${body}`;
}
