import * as z from "zod";
import { onOneLine } from "../shared/one-line.ts";
import { API_VERSION } from "./api-version.ts";
import {
  ForbiddenError,
  NotPermittedError,
  type PolarError,
  RefusedRequestError,
  RowNotFoundError,
  UnauthorizedError,
} from "./errors.ts";
import type { Answer } from "./exchange.ts";
import { firewallError, isFirewall, isWebPage, webPageError } from "./web-page.ts";

/** The shapes of error bodies: they differ by who on the server refuses. */
const refusalBody = z.looseObject({
  error: z.string().optional(),
  error_description: z.string().optional(),
  detail: z
    .union([
      z.string(),
      z.array(z.looseObject({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() })),
    ])
    .optional(),
});

type RefusalBody = z.infer<typeof refusalBody>;

/** Error bodies are short; more than this is not from the API. */
const LONGEST_BODY = 64 * 1024;

function parseBody(bytes: Buffer): RefusalBody {
  if (bytes.length > LONGEST_BODY) return {};
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    // An empty body, for one: the status alone has to do.
    return {};
  }
  return refusalBody.safeParse(json).data ?? {};
}

/** Whoever has more to say than this is not understood better. */
const LONGEST_EXPLANATION = 500;

/**
 * What the API says is wrong, without the values that it repeats: those may be anybody's data. Nothing of
 * it controls the terminal that it may be shown on.
 */
function explanation(body: RefusalBody): string {
  const said = onOneLine(wordsOf(body));
  return said.length > LONGEST_EXPLANATION ? `${said.slice(0, LONGEST_EXPLANATION)}…` : said;
}

function wordsOf({ detail, error, error_description: description }: RefusalBody): string {
  if (typeof detail === "string") return detail;
  if (detail) return detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ");
  return description ?? error ?? "no explanation";
}

/**
 * The error for an answer with a status that trying again can't change.
 * @param bytes its body
 * @param host of the API
 */
export function refusal(
  { status, headers }: Answer,
  bytes: Buffer,
  path: string,
  host: string,
): PolarError {
  if (isFirewall(status, headers, bytes)) return firewallError(status, bytes, host);
  if (status === 511 || isWebPage(headers, bytes)) return webPageError(status, bytes, host);
  const body = parseBody(bytes);
  const said = explanation(body);
  switch (status) {
    case 401:
      return new UnauthorizedError(
        `Polar does not accept the access token (401: ${said}). Check that access_token is complete, ` +
          "not expired and made in the environment that the config names (production or sandbox), " +
          "or make a new one in the organization's settings.",
      );
    case 403:
      return forbidden(headers["www-authenticate"], said, path);
    case 404:
      if (body.error === "ResourceNotFound") {
        return new RowNotFoundError(
          `${path} does not exist, or not for this token (404: ${said}).`,
        );
      }
      return new RefusedRequestError(
        `The API does not know ${path} in version ${API_VERSION} (404: ${said}). ` +
          "Check api_url; if it is right, this tap may be too old or too new for the server.",
      );
    default:
      return new RefusedRequestError(`The API refuses ${path} (${status}: ${said}).`);
  }
}

function forbidden(challenge: string | undefined, said: string, path: string): ForbiddenError {
  const scopes = /\bscope="([^"]+)"/.exec(onOneLine(challenge ?? ""))?.[1]?.split(" ");
  if (scopes === undefined) {
    return new NotPermittedError(`Polar does not allow to read ${path} (403: ${said}).`);
  }
  // Any one of them suffices, and reading is all that the tap needs.
  const reading = scopes.filter((scope) => scope.endsWith(":read"));
  const needed = (reading.length > 0 ? reading : scopes).join(" or ");
  return new ForbiddenError(
    `The access token may not read ${path}: it lacks the scope ${needed} (403). ` +
      "Add the scope to the token in the organization's settings, or deselect the stream.",
    needed,
  );
}
