import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Body } from "./body.ts";
import { UnavailableError } from "./errors.ts";

/** The head of an answer whose body has been received whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** No complete answer within the time allowed. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Sends one GET request and receives the whole answer into `body`. Below undici's streams on
 * purpose: chunks go from the socket straight to their place, which is what the tap's speed rests on.
 *
 * Rejects with a {@link TimeoutError} when the answer is not complete after so many milliseconds,
 * however busily it drips; with an UnavailableError when its body is larger than `mostBytes`; with the
 * signal's reason when aborted; with undici's error when the connection breaks or the body is not as
 * long as announced.
 */
export function exchange(
  dispatcher: Dispatcher,
  url: { readonly origin: string; readonly path: string },
  headers: Record<string, string>,
  body: Body,
  { timeoutMilliseconds, mostBytes }: { timeoutMilliseconds: number; mostBytes: number },
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let running: Dispatcher.DispatchController | undefined;
    let over = false;
    let answer: Answer | undefined;

    const settle = (finish: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      finish();
    };
    const stop = (reason: Error) => {
      settle(() => reject(reason));
      running?.abort(reason);
    };
    const onAbort = () => stop(asError(signal.reason));
    const timer = setTimeout(
      () => stop(new TimeoutError(`no complete answer after ${timeoutMilliseconds / 1_000} s`)),
      timeoutMilliseconds,
    );

    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    // Our own timer covers the whole exchange, so undici's two are off.
    const options = { ...url, method: "GET", headers, headersTimeout: 0, bodyTimeout: 0 } as const;
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        running = controller;
        if (over) controller.abort(new Error("the request is over"));
      },
      onResponseStart(_controller, status, responseHeaders) {
        // An informational answer may come first; the last head counts.
        body.clear();
        answer = { status, headers: responseHeaders };
      },
      onResponseData(_controller, chunk) {
        if (over) return;
        if (body.length + chunk.length > mostBytes) stop(oversized(url.path, mostBytes));
        else body.append(chunk);
      },
      onResponseEnd() {
        settle(() => (answer ? resolve(answer) : reject(new Error("an answer without a head"))));
      },
      onResponseError(_controller, error) {
        settle(() => reject(error));
      },
    });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function oversized(path: string, mostBytes: number): UnavailableError {
  return new UnavailableError(
    `${path.split("?", 1)[0]} answers with more than ${mostBytes / 2 ** 20} MiB, which no answer of the ` +
      "API has. Check api_url; if it is right, something before the API may be broken.",
  );
}
