/** A server that answers as a test wants it to, for what the simulator has no words for. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { endWithTest } from "./endings.ts";

export interface FakeRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FakeApi {
  readonly url: string;
  /** All requests so far. */
  readonly requests: readonly FakeRequest[];
}

/** Starts a server on this machine that ends with the test. */
export async function fakeApi(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
): Promise<FakeApi> {
  const requests: FakeRequest[] = [];
  const server = createServer(async ({ url = "", headers }, response) => {
    const { pathname, searchParams } = new URL(url, "http://fake");
    const request = { path: pathname, query: searchParams, headers };
    requests.push(request);
    const { status = 200, headers: more = {}, body = "" } = await answer(request);
    // Without a word on the time, as simulators are started: that of the tap is to count.
    response.sendDate = false;
    response.writeHead(status, { "content-type": "application/json", ...more }).end(body);
  });
  endWithTest(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, requests };
}

/** The answer to a list request: these rows, and a count that may be another one. */
export function listAnswer(rows: readonly object[], totalCount = rows.length): FakeAnswer {
  const pagination = { total_count: totalCount, max_page: 1 };
  return { body: JSON.stringify({ items: rows, pagination }) };
}
