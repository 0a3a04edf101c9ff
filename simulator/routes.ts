/** The paths of the API and what stands behind them. */
import type { Answer } from "./answers.ts";
import type { Data } from "./data.ts";
import { listAnswer, type PageOptions, rowAnswer } from "./pages.ts";
import { blueprints } from "./rows/index.ts";

export interface Route {
  /** A path whose `*` stand for ids. */
  readonly path: string;
  readonly scopes: readonly string[];
  readonly method?: string;
  /** The list that it reads, if it reads one. */
  readonly list?: string;
  readonly answer: (call: Call) => Answer;
}

/** A request that has got past routing and authentication. */
export interface Call {
  readonly data: Data;
  readonly options: PageOptions;
  readonly query: URLSearchParams;
  readonly version: string;
  /** What stood for the first `*` in the path. */
  readonly id: string;
}

const lists: readonly Route[] = blueprints.map(({ name, path, scopes }) => ({
  path,
  scopes,
  list: name,
  answer: ({ data, query, version, options }) => listAnswer(data, name, query, version, options),
}));

const rows: readonly Route[] = blueprints
  .filter(({ single }) => single)
  .map(({ name, path, scopes }) => ({
    path: `${path.replace(/\/$/, "")}/*`,
    scopes,
    answer: ({ data, id, version, options }) => rowAnswer(data, name, id, version, options),
  }));

/** There is such a path, but not to read from. */
const unreadable: Route = {
  path: "/v1/customers/*/members",
  scopes: [],
  method: "POST",
  answer: () => {
    throw new Error("the simulator only reads");
  },
};

const routes = new Map([...rows, ...lists, unreadable].map((route) => [route.path, route]));

/** What a path leads to. Exact paths come before those with an id. */
export function findRoute(path: string): { route: Route; id: string } | null {
  const exact = routes.get(path);
  if (exact !== undefined) return { route: exact, id: "" };
  const parts = path.split("/");
  for (const position of [3, 4]) {
    const id = parts[position];
    if (id === undefined || id === "") continue;
    const pattern = parts.with(position, "*").join("/");
    const route = routes.get(pattern);
    if (route !== undefined) return { route, id };
  }
  return null;
}

/** The path with its trailing slash taken away or added. */
export const otherSlash = (path: string): string =>
  path.endsWith("/") ? path.slice(0, -1) : `${path}/`;

/** Every scope that a token can have. */
export const allScopes: readonly string[] = [
  ...new Set([...routes.values()].flatMap(({ scopes }) => scopes)),
];
