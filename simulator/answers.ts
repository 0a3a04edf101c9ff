/** Answers of the API, byte for byte as a real server gives them. */
import type { Mistake } from "./query.ts";

/** Which page of a list it is, and how many rows the list has. */
export interface PageOfList {
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Headers in their order. `content-length` and those of every answer are added by the server. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Answers from the outermost layers lack the headers that inner ones add. */
  readonly layer?: "version" | "token" | "rate" | "scope" | "crash";
  /** It is sent while it is made, so its length is not known. */
  readonly streamed?: boolean;
  readonly list?: PageOfList;
  /** Rows that are on the page, if it is a page. */
  readonly rows?: readonly string[];
}

const json = ["content-type", "application/json"] as const;

export const ok = (body: Buffer | string, rows?: readonly string[]): Answer => ({
  status: 200,
  body: typeof body === "string" ? Buffer.from(body) : body,
  headers: [json],
  ...(rows ? { rows } : {}),
});

/** A table for a spreadsheet, sent while it is made. */
export const csv = (text: string, name: string, rows: readonly string[]): Answer => ({
  status: 200,
  streamed: true,
  body: Buffer.from(text),
  headers: [
    ["content-type", "text/csv; charset=utf-8"],
    ["content-disposition", `attachment; filename=${name}.csv`],
  ],
  rows,
});

function error(status: number, body: unknown, more: Partial<Answer> = {}): Answer {
  return { status, body: Buffer.from(JSON.stringify(body)), headers: [json], ...more };
}

export const notFound = error(404, { error: "ResourceNotFound", detail: "Not found" });

export const noRoute = error(404, { detail: "Not Found" });

export const unknownVersion: Answer = { ...noRoute, layer: "version" };

export const wrongMethod = (allowed: string): Answer =>
  error(405, { detail: "Method Not Allowed" }, { headers: [["allow", allowed], json] });

export const badRequest = (detail: string): Answer => error(400, { error: "BadRequest", detail });

export const invalid = (detail: readonly Mistake[], kind = "RequestValidationError"): Answer =>
  error(422, { error: kind, detail });

export const redirect = (location: string): Answer => ({
  status: 307,
  body: Buffer.alloc(0),
  headers: [["location", location]],
});

export const noToken = error(
  401,
  { error: "Unauthorized", detail: "Unauthorized" },
  { headers: [["www-authenticate", 'Bearer realm="polar"'], json] },
);

const oauthError = (
  status: number,
  layer: "token" | "scope",
  scope: string,
  code: string,
  description: string,
): Answer => ({
  status,
  layer,
  body: Buffer.from(`{"error": "${code}", "error_description": "${description}"}`),
  headers: [
    json,
    ["cache-control", "no-store"],
    ["pragma", "no-cache"],
    [
      "www-authenticate",
      `Bearer realm="polar", ${scope}error="${code}", error_description="${description}"`,
    ],
  ],
});

export const badToken = oauthError(
  401,
  "token",
  "",
  "invalid_token",
  "The access token provided is expired, revoked, malformed, or invalid for other reasons.",
);

export const missingScope = (scopes: readonly string[]): Answer =>
  oauthError(
    403,
    "scope",
    `scope="${scopes.join(" ")}", `,
    "insufficient_scope",
    "The request requires higher privileges than provided by the access token.",
  );

export const tooManyRequests = (retryAfterSeconds: number): Answer => ({
  status: 429,
  layer: "rate",
  body: Buffer.alloc(0),
  headers: [["retry-after", String(retryAfterSeconds)]],
});

/** What a firewall, a login page or a captive portal says in place of the API. */
export const htmlAnswer = (status: number, title: string): Answer => ({
  status,
  layer: "crash",
  body: Buffer.from(
    `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`,
  ),
  headers: [["content-type", "text/html; charset=UTF-8"]],
});

/** A crash, or what a proxy says when the server is not there. */
export const crash = (status: number): Answer => ({
  status,
  layer: "crash",
  body: Buffer.from(status === 500 ? "Internal Server Error" : ""),
  headers: [["content-type", "text/plain; charset=utf-8"]],
});
