import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

export type AnswerHeaders = Readonly<IncomingHttpHeaders>;

/** The connections, with somebody who sees the head of every answer. */
export function observed(
  dispatcher: Dispatcher,
  onHead: (headers: AnswerHeaders) => void,
): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    return dispatch(options, {
      ...handler,
      onResponseStart(controller, status, headers, text) {
        onHead(headers);
        handler.onResponseStart?.(controller, status, headers, text);
      },
    });
  });
}
