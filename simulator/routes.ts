/** The paths of the API and what stands behind them. */
import { type Answer, notFound } from "./answers.ts";
import { blueprintOf, type Data } from "./data.ts";
import {
  benefitFilesAnswer,
  dashboardsAnswer,
  grantsAnswer,
  isKnown,
  licenseKeyAnswer,
  seatsAnswer,
} from "./details.ts";
import { csvExports } from "./exports.ts";
import { limitsAnswer, metricsAnswer, quantitiesAnswer } from "./metrics.ts";
import { listAnswer, type PageOptions, rowAnswer } from "./pages.ts";
import { blueprints } from "./rows/index.ts";

export interface Route {
  /** A path whose `*` stand for ids. */
  readonly path: string;
  readonly scopes: readonly string[];
  readonly method?: string;
  /** The list that it reads, if it reads one. */
  readonly list?: string;
  /** The list that its rows are of. */
  readonly reads?: string;
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

const lists: readonly Route[] = blueprints
  .filter(({ unpaged }) => unpaged !== true)
  .map(({ name, path, scopes, parent }) => ({
    path,
    scopes,
    list: name,
    reads: name,
    answer: ({ data, query, version, options, id }) => {
      if (parent === undefined) return listAnswer(data, name, query, version, options);
      if (!isKnown(data.table(parent.table), id)) return notFound;
      return listAnswer(data, name, query, version, options, { [parent.key]: id });
    },
  }));

const rows: readonly Route[] = blueprints
  .filter(({ single }) => single)
  .map(({ name, path, scopes }) => ({
    path: `${path.replace(/\/$/, "")}/*`,
    scopes,
    reads: name,
    answer: ({ data, id, version, options }) => rowAnswer(data, name, id, version, options),
  }));

const exports: readonly Route[] = csvExports.map(({ list, answer }) => {
  const { path, scopes } = blueprintOf(list);
  return {
    path: `${path}export`,
    scopes,
    reads: list,
    answer: ({ data, query }) => answer(data, query),
  };
});

const details: readonly Route[] = [
  {
    path: "/v1/license-keys/*",
    scopes: ["license_keys:read", "license_keys:write"],
    reads: "license_keys",
    answer: ({ data, id, version, options }) => licenseKeyAnswer(data, id, version, options),
  },
  {
    path: "/v1/benefits/*/grants",
    scopes: ["benefits:read", "benefits:write"],
    list: "benefit_grants",
    answer: ({ data, id, query, version, options }) =>
      grantsAnswer(data, id, query, version, options),
  },
  {
    path: "/v1/benefits/*/files",
    scopes: ["benefits:read", "benefits:write"],
    answer: ({ data, id, query, options }) => benefitFilesAnswer(data, id, query, options),
  },
  {
    path: "/v1/customer-seats",
    scopes: ["customer_seats:read"],
    list: "customer_seats",
    answer: ({ data, query }) => seatsAnswer(data, query),
  },
  {
    path: "/v1/meters/*/quantities",
    scopes: ["meters:read", "meters:write"],
    answer: ({ data, id, query }) => quantitiesAnswer(data, id, query),
  },
  {
    path: "/v1/metrics/",
    scopes: ["metrics:read"],
    answer: ({ data, query }) => metricsAnswer(data, query),
  },
  { path: "/v1/metrics/limits", scopes: ["metrics:read"], answer: limitsAnswer },
  {
    path: "/v1/metrics/dashboards",
    scopes: ["metrics:read"],
    list: "metric_dashboards",
    answer: ({ data }) => dashboardsAnswer(data),
  },
];

/** There is such a path, but not to read from. */
const unreadable: Route = {
  path: "/v1/customers/*/members",
  scopes: [],
  method: "POST",
  answer: () => {
    throw new Error("the simulator only reads");
  },
};

const routes = new Map(
  [...rows, ...lists, ...exports, ...details, unreadable].map((route) => [route.path, route]),
);

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
