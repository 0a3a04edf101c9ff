/** What goes wrong, when, and for whom. */
import type { Answer, PageOfList } from "./answers.ts";
import { hash } from "./random.ts";

export const faultKinds = [
  /** An error status with a plain text body: `status`, 503 unless said otherwise. */
  "status",
  /** A 500 after which the next request on its connection is reset, as the real server does. */
  "reset-after-500",
  /** The connection is reset instead of an answer. */
  "reset",
  /** No answer, ever. */
  "stall",
  /** Half an answer, then nothing more. */
  "stall-body",
  /** Half of what content-length promised, then the connection ends. */
  "truncate",
  /** The same with a chunked answer. */
  "truncate-chunked",
  /** 200 with bytes in the middle that are no JSON. */
  "garble",
  /** The answer in 20 small pieces over `seconds`, 1 unless said otherwise. */
  "drip",
  /** The token is no longer valid. */
  "expire",
  /** 429 with `seconds` to wait, 1 unless said otherwise. */
  "rate-limit",
  /** A page of HTML with a `title`: a firewall's with status 403, unless said otherwise. */
  "html",
  /** A list without `pagination`. */
  "no-pagination",
  /** A list whose `pagination` is null. */
  "null-pagination",
  /** A list in cursor form: `pagination` says whether there is a next page, and nothing else. */
  "cursor",
  /** A list that says to have `total` rows. */
  "total",
  /** The page before the one that was asked for. */
  "repeat",
  /** The `date` header is `seconds` off. */
  "clock",
  /** A redirect to the same path at another origin, `to`. */
  "redirect",
  /** Pages with one of the rows `ids` or `rows` crash, and rows that crash alone do too. */
  "poison",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/**
 * A fault strikes each request that its conditions let through: without any, all requests. `path`
 * and `page` choose requests; of the chosen, `after` skips the first so many, `every` takes each
 * n-th of the rest, `probability` tosses a coin that depends on the seed, and `times` ends it.
 */
export interface Fault {
  readonly kind: FaultKind;
  /** The path without its query. */
  readonly path?: string;
  /** Stands in the query as it was sent: `subscription_id=…`, for one parent of several. */
  readonly query?: string;
  /** The `page` parameter; a request without one asks for page 1. */
  readonly page?: number;
  readonly after?: number;
  readonly every?: number;
  readonly probability?: number;
  readonly times?: number;
  readonly status?: number;
  readonly seconds?: number;
  readonly title?: string;
  readonly total?: number;
  readonly to?: string;
  readonly ids?: readonly string[];
  /** Poisoned rows by their positions in the list at `path`, for when no ids are known. */
  readonly rows?: readonly number[];
}

export interface Struck {
  readonly path: string;
  readonly query: string;
  readonly page: number;
}

/** Decides which requests a fault strikes. Keeps count, so that one serves one simulator. */
export class FaultClock {
  readonly fault: Fault;
  readonly #seed: number;
  #chosen = 0;
  #struck = 0;

  constructor(fault: Fault, seed: number) {
    this.fault = fault;
    this.#seed = seed;
  }

  /** Whether the fault strikes this request. To be asked once per request. */
  strikes(request: Struck): boolean {
    const {
      path,
      query,
      page,
      after = 0,
      every = 1,
      probability = 1,
      times = Infinity,
    } = this.fault;
    if (path !== undefined && path !== request.path) return false;
    if (query !== undefined && !request.query.includes(query)) return false;
    if (page !== undefined && page !== request.page) return false;
    const turn = ++this.#chosen - after;
    if (turn <= 0 || turn % every !== 0 || this.#struck >= times) return false;
    if (hash(this.#seed, turn) >= probability * 2 ** 32) return false;
    this.#struck++;
    return true;
  }
}

/** The answer to a list request with another `pagination`, if the fault is about that. */
export function repaginated(answer: Answer, { kind, total = 0 }: Fault): Answer {
  const { list } = answer;
  if (list === undefined) return answer;
  const pagination = paginationOf(kind, list, total);
  if (pagination === undefined) return answer;
  const text = answer.body.toString();
  const items = text.slice(0, text.lastIndexOf(',"pagination":'));
  const rest = JSON.stringify({ pagination }).slice(1);
  return { ...answer, body: Buffer.from(pagination === "none" ? `${items}}` : `${items},${rest}`) };
}

/** What a list says of its pages; undefined if a fault of that kind leaves it alone. */
function paginationOf(kind: FaultKind, list: PageOfList, total: number): unknown {
  switch (kind) {
    case "no-pagination":
      return "none";
    case "null-pagination":
      return null;
    case "cursor":
      return { has_next_page: list.page * list.limit < list.total };
    case "total":
      return { total_count: total, max_page: Math.ceil(total / list.limit) };
    default:
      return undefined;
  }
}

/** Reads `kind:key=value,key=value` from a command line; several ids are joined by `+`. */
export function parseFault(text: string): Fault {
  const [, name = "", options = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  const kind = faultKinds.find((candidate) => candidate === name);
  if (kind === undefined)
    throw new Error(`unknown fault "${name}": one of ${faultKinds.join(", ")}`);
  const fault: Record<string, unknown> = { kind };
  for (const option of options === "" ? [] : options.split(",")) {
    const [key = "", value = ""] = option.split(/=(.*)/s);
    fault[key] = readOption(key, value);
  }
  return { ...fault, kind };
}

function readOption(key: string, value: string): unknown {
  if (["path", "query", "title", "to"].includes(key)) return value;
  if (key === "ids") return value.split("+");
  if (key === "rows") return value.split("+").map((row) => readNumber(key, row));
  if (
    ["page", "after", "every", "probability", "times", "status", "seconds", "total"].includes(key)
  ) {
    return readNumber(key, value);
  }
  throw new Error(`a fault has no option "${key}"`);
}

function readNumber(key: string, value: string): number {
  const number = Number(value);
  if (value === "" || Number.isNaN(number)) throw new Error(`"${key}" must be a number`);
  return number;
}
