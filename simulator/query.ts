/** Reads the query of a list request: pages, sorting and filters, and what the API says to bad ones. */
import { type Blueprint, byId, type Filter } from "./blueprint.ts";
import type { Key } from "./json.ts";
import type { Condition, Selection } from "./listing.ts";
import type { Table } from "./table.ts";
import { parseTime } from "./time.ts";

/** One mistake, as the API's 422 lists them. */
export interface Mistake {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

export interface ListQuery {
  readonly page: number;
  readonly limit: number;
  readonly selection: Selection;
}

const DEFAULT_LIMIT = 10;

/**
 * Parameters that the list does not know are ignored. `fixed` are the filters that the path itself
 * sets, by parameter.
 */
export function readListQuery(
  table: Table,
  query: URLSearchParams,
  maximumPageSize: number,
  fixed: Readonly<Record<string, string>> = {},
): ListQuery | Mistake[] {
  const { blueprint } = table;
  const mistakes: Mistake[] = [];
  const page = readCount(query, "page", 1, mistakes);
  const limit = readCount(query, "limit", DEFAULT_LIMIT, mistakes);
  const sorting = readSorting(blueprint, query, mistakes);
  const filters = [organization, ...blueprint.filters];
  const { conditions, names } = readConditions(table, filters, query, mistakes, fixed);
  if (mistakes.length > 0) return mistakes;
  const revealed = blueprint.revealedBy !== undefined && query.has(blueprint.revealedBy);
  const selection = { sorting, conditions, revealed, name: [...sorting, ...names].join("&") };
  return { page, limit: Math.min(limit, maximumPageSize), selection };
}

/** What the filters let through, and a name that is the same for the same values. */
export function readConditions(
  table: Table,
  filters: readonly Filter[],
  query: URLSearchParams,
  mistakes: Mistake[],
  fixed: Readonly<Record<string, string>> = {},
): { conditions: Condition[]; names: string[] } {
  const conditions: Condition[] = [];
  const names: string[] = [];
  for (const filter of filters) {
    const own = fixed[filter.parameter];
    const values = own === undefined ? query.getAll(filter.parameter) : [own];
    if (values.length === 0) continue;
    const condition = readFilter(filter, values, mistakes);
    // A token sees the rows of its organization only.
    if (filter !== organization) conditions.push(condition);
    else if (!condition.test(table.world.organizationId)) conditions.push(oneOf(filter.key, []));
    names.push(`${filter.parameter}=${[...values].sort().join()}`);
  }
  return { conditions, names };
}

/** Every list can be asked for an organization. */
const organization = byId("organization_id");

function readCount(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  mistakes: Mistake[],
): number {
  const input = query.getAll(name).at(-1);
  if (input === undefined) return otherwise;
  const loc = ["query", name];
  if (!/^\s*[+-]?\d+(\.0*)?\s*$/.test(input)) {
    const msg = "Input should be a valid integer, unable to parse string as an integer";
    mistakes.push({ type: "int_parsing", loc, msg, input });
  } else if (Number(input) <= 0) {
    const msg = "Input should be greater than 0";
    mistakes.push({ type: "greater_than", loc, msg, input, ctx: { gt: 0 } });
  }
  return Number(input);
}

function readSorting(
  blueprint: Blueprint,
  query: URLSearchParams,
  mistakes: Mistake[],
): readonly string[] {
  if (blueprint.sorting.length === 0) return blueprint.order;
  const allowed = blueprint.sorting.flatMap((key) => [key, `-${key}`]);
  const asked = readChoices(query, "sorting", allowed, mistakes);
  return asked.length === 0 ? blueprint.order : asked;
}

/** All values of a parameter that takes some of a few. */
export function readChoices(
  query: URLSearchParams,
  parameter: string,
  allowed: readonly string[],
  mistakes: Mistake[],
): readonly string[] {
  const asked = query.getAll(parameter);
  asked.forEach((input, position) => {
    checkChoice(input, allowed, ["query", parameter, position], mistakes);
  });
  return asked;
}

function checkChoice(
  input: string,
  allowed: readonly string[],
  loc: Mistake["loc"],
  mistakes: Mistake[],
): void {
  if (allowed.includes(input)) return;
  const quoted = allowed.map((value) => `'${value}'`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  mistakes.push({
    type: "enum",
    loc,
    msg: `Input should be ${expected}`,
    input,
    ctx: { expected },
  });
}

const uuidForm = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The two mistakes that an id which is none brings: it is no UUID, and in a list it is none either. */
function checkId(input: string, position: number, filter: Filter, mistakes: Mistake[]): void {
  if (uuidForm.test(input)) return;
  const at = input.search(/[^0-9a-f-]/i);
  const error =
    at < 0
      ? `invalid group length in group 4: expected 12, found ${input.length}`
      : `invalid character: found \`${input[at]}\` at ${at + 1}`;
  const listForm =
    "json-or-python[json=list[uuid],python=chain[is-instance[Sequence],function-wrap[sequence_validator()]]]";
  mistakes.push(
    {
      type: "uuid_type",
      loc: ["query", filter.parameter, "uuid"],
      msg: "UUID input should be a string, bytes or UUID object",
      input: [input],
    },
    {
      type: "uuid_parsing",
      loc: ["query", filter.parameter, listForm, position],
      msg: `Input should be a valid UUID, ${error}`,
      input,
      ctx: { error },
    },
  );
}

const flags = new Map([
  ...["true", "1", "yes", "on", "t", "y"].map((text) => [text, true] as const),
  ...["false", "0", "no", "off", "f", "n"].map((text) => [text, false] as const),
]);

function readFilter(filter: Filter, values: readonly string[], mistakes: Mistake[]): Condition {
  const { form, parameter, key } = filter;
  const last = values.at(-1) ?? "";
  switch (form.is) {
    case "id":
      values.forEach((value, position) => {
        checkId(value, position, filter, mistakes);
      });
      return oneOf(key, values);
    case "single-id":
      checkId(last, 0, filter, mistakes);
      return oneOf(key, [last]);
    case "text":
      return oneOf(key, values);
    case "choice":
      values.forEach((value, position) => {
        checkChoice(value, form.values, ["query", parameter, position], mistakes);
      });
      return oneOf(key, values);
    case "flag": {
      const flag = flags.get(last.toLowerCase());
      if (flag === undefined) {
        const msg = "Input should be a valid boolean, unable to interpret input";
        mistakes.push({ type: "bool_parsing", loc: ["query", parameter], msg, input: last });
      }
      return oneOf(key, [flag ?? false]);
    }
    case "time": {
      const bound = readTime(parameter, last, form.aware, mistakes);
      const test = (value: Key): boolean => typeof value === "number" && form.keeps(value, bound);
      return { key, test, values: null };
    }
  }
}

function oneOf(key: string, values: readonly Key[]): Condition {
  const wanted = new Set(values);
  return { key, test: (value) => wanted.has(value), values };
}

/** The microseconds of a time parameter; NaN, and a mistake, if it is none. */
export function readTime(
  parameter: string,
  input: string,
  aware: boolean,
  mistakes: Mistake[],
): number {
  const time = parseTime(input);
  const loc = ["query", parameter];
  if (time === null) {
    const error = "invalid character in year";
    const msg = `Input should be a valid datetime or date, ${error}`;
    mistakes.push({ type: "datetime_from_date_parsing", loc, msg, input, ctx: { error } });
  } else if (aware && !time.aware) {
    mistakes.push({ type: "timezone_aware", loc, msg: "Input should have timezone info", input });
  }
  return time?.microseconds ?? Number.NaN;
}
