/** Servers on this machine that answer as a test tells them to, and end with it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createNetServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

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
    answer(response, requests.length, received);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: await listen(server), requests };
}

/** Below HTTP: `answer` gets the socket when the head of a request is complete. */
export async function startRawServer(
  answer: (socket: Socket, number: number, connection: number) => void,
): Promise<{ readonly url: string; readonly counts: { requests: number; connections: number } }> {
  const counts = { requests: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    const connection = ++counts.connections;
    sockets.add(socket);
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
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: await listen(server), counts };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) throw new Error("no port");
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

/** A whole answer as it goes over the wire. */
export function http(status: number, body: string, headers: Record<string, string> = {}): string {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n${body}`;
}
