/**
 * Streams and columns chosen by patterns, in the language of Meltano's `select`: `orders.*`, `*` for
 * any text, `!customers.email` to leave out. What is off by default, secrets above all, is chosen by
 * its full name only, and a stream's name alone takes the columns that the catalog selects.
 */
import { UserInputError } from "../shared/errors.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import type { Catalog, CatalogStream, MetadataEntry } from "./catalog.ts";
import { type PropertyPath, propertyPath, SelectionRules } from "./selection-rules.ts";

interface Pattern {
  readonly text: string;
  readonly excludes: boolean;
  readonly stream: string;
  /** Undefined when the pattern is about the stream as such. */
  readonly column: string | undefined;
  /** What of the column: `["email"]` in `customers.billing.email`. */
  readonly inside: readonly string[];
}

/** What is to be said of a path in the catalog. */
type Choice = readonly [path: PropertyPath, selected: boolean];

/**
 * The catalog with the selection that the patterns make. With a pattern that is no `!`, only what is
 * named is selected; with none, the catalog's own selection stays, but for what `!` leaves out.
 * @param catalog the user's, or the discovered one; stays as it is
 * @param source names the patterns in errors: `--select`
 * @throws UserInputError with all patterns that fit nothing, each with the nearest name
 */
export function selectByPatterns(
  catalog: Catalog,
  discovered: Catalog,
  texts: readonly string[],
  source: string,
): Catalog {
  const patterns = texts.map(parse);
  const mistakes = patterns.map((pattern) => mistakeIn(pattern, discovered.streams));
  const lines = mistakes.filter((mistake) => mistake !== undefined);
  if (lines.length > 0) throw new UserInputError(lines.map((line) => `${source}: ${line}`));
  const known = new Set(discovered.streams.map(({ tap_stream_id: name }) => name));
  const streams = discovered.streams.flatMap((ours) => {
    const theirs = catalog.streams.findLast((one) => one.tap_stream_id === ours.tap_stream_id);
    const isNamed = patterns.some(({ excludes, stream }) => !excludes && fits(stream, ours));
    return theirs || isNamed ? [withChoices(theirs ?? ours, ours, patterns)] : [];
  });
  const others = catalog.streams.filter(({ tap_stream_id: name }) => !known.has(name));
  return { ...catalog, streams: [...streams, ...others] };
}

function parse(given: string): Pattern {
  const text = given.trim();
  const excludes = text.startsWith("!");
  const [stream = "", column, ...inside] = text.slice(excludes ? 1 : 0).split(".");
  return { text, excludes, stream, column, inside };
}

function withChoices(
  theirs: CatalogStream,
  ours: CatalogStream,
  patterns: readonly Pattern[],
): CatalogStream {
  const own = patterns.filter(({ stream }) => fits(stream, ours));
  const including = own.filter(({ excludes }) => !excludes);
  const anyIncludes = patterns.some(({ excludes }) => !excludes);
  const isIncluded = anyIncludes
    ? including.some((pattern) => pattern.column === undefined || fitting(pattern, ours).length > 0)
    : new SelectionRules(theirs).isSelected([]);
  const isExcluded = own.some(({ excludes, column }) => excludes && column === undefined);
  const choices: Choice[] = [
    [[], isIncluded && !isExcluded],
    ...includedColumns(including, ours),
    ...own
      .filter(({ excludes }) => excludes)
      .flatMap((pattern) =>
        fitting(pattern, ours).map((column): Choice => [[column, ...pattern.inside], false]),
      ),
  ];
  return { ...theirs, metadata: choices.reduce(withChoice, theirs.metadata ?? []) };
}

/** Nothing where only the stream is named: there the catalog decides on the columns. */
function includedColumns(including: readonly Pattern[], ours: CatalogStream): Choice[] {
  const parts = including.filter(({ column }) => column !== undefined);
  if (parts.length === 0) return [];
  const named = new Set(
    parts.flatMap((pattern) =>
      fitting(pattern, ours).filter((column) => pattern.column === column || !isOff(ours, column)),
    ),
  );
  const restIsTheCatalogs = including.some(({ column }) => column === undefined);
  const columns = columnsOf(ours).filter((column) => named.has(column) || !restIsTheCatalogs);
  const inside = parts.filter((part) => part.inside.length > 0);
  return [
    ...columns.map((column): Choice => [[column], named.has(column)]),
    ...inside.map((part): Choice => [[part.column ?? "", ...part.inside], true]),
  ];
}

/** The metadata with what is chosen for a path, in place of what was chosen before. */
function withChoice(metadata: readonly MetadataEntry[], [path, selected]: Choice): MetadataEntry[] {
  const isSame = ({ breadcrumb }: MetadataEntry) =>
    JSON.stringify(propertyPath(breadcrumb)) === JSON.stringify(path);
  const before = metadata.findLast(isSame);
  const breadcrumb = before?.breadcrumb ?? path.flatMap((step) => ["properties", step]);
  const entry = { breadcrumb, metadata: { ...before?.metadata, selected } };
  return before === undefined
    ? [...metadata, entry]
    : metadata.map((other) => (other === before ? entry : other));
}

function mistakeIn(pattern: Pattern, streams: readonly CatalogStream[]): string | undefined {
  const { text, excludes, stream, column, inside } = pattern;
  const candidates = streams.filter((one) => fits(stream, one));
  if (candidates.length === 0) {
    const names = streams.map(({ tap_stream_id: name }) => name);
    return `${text}: ${isGlob(stream) ? "fits no stream" : `there is no stream "${stream}"`}${didYouMean(stream, names)}`;
  }
  if (column === undefined) return undefined;
  const having = candidates.filter((one) => fitting(pattern, one).length > 0);
  if (having.length === 0) {
    const names = new Set(candidates.flatMap(columnsOf));
    return `${text}: ${isGlob(column) ? "fits no column" : `${stream} has no column "${column}"`}${didYouMean(column, names)}`;
  }
  if (inside.length === 0) return undefined;
  if (!excludes && !having.some((one) => isKnown(one, [column, ...inside]))) {
    return `${text}: a part of a column cannot be chosen alone; choose ${stream}.${column}, and leave parts out with "!"`;
  }
  const isPlain = having.every((one) =>
    fitting(pattern, one).every((name) => !isNested(one, name)),
  );
  return isPlain ? `${text}: ${column} holds a single value, and nothing inside` : undefined;
}

/** The columns that a pattern is about; none when it is about the stream as such. */
function fitting({ column }: Pattern, stream: CatalogStream): string[] {
  return column === undefined ? [] : columnsOf(stream).filter((name) => glob(column).test(name));
}

const fits = (pattern: string, { tap_stream_id: name }: CatalogStream): boolean =>
  glob(pattern).test(name);

const isGlob = (pattern: string): boolean => pattern.includes("*");

function glob(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

const columnsOf = ({ schema }: CatalogStream): string[] => Object.keys(schema?.properties ?? {});

function isOff(stream: CatalogStream, column: string): boolean {
  const entry = stream.metadata?.find(
    ({ breadcrumb }) => breadcrumb.length === 2 && breadcrumb[1] === column,
  );
  return entry?.metadata["selected-by-default"] === false;
}

function isKnown(stream: CatalogStream, path: PropertyPath): boolean {
  return new SelectionRules(stream).metadataOf(path) !== undefined;
}

function isNested({ schema }: CatalogStream, column: string): boolean {
  const type = schema?.properties[column]?.type;
  return Array.isArray(type) && (type.includes("object") || type.includes("array"));
}
