/**
 * The vocabulary of columns. Each word gives a column its JSON type, its format and, where all such
 * columns share one, the unit in its description.
 */
import type { JsonType, Properties, Property } from "./define.ts";

/** A string. */
export const text = (description: string): Property<"string"> => ({ type: "string", description });

/** A string with one of a few values, which the description names. */
export const choice = (values: readonly string[], description: string): Property<"string"> => ({
  type: "string",
  description: `${description} One of: ${values.join(", ")}.`,
  values,
});

/** A length of time, to be multiplied by the count that stands beside it. */
export const interval = (description: string): Property<"string"> =>
  choice(["day", "week", "month", "year"], description);

/** A point in time, ISO 8601 in UTC, with microseconds or without a fraction. */
export const timestamp = (description: string): Property<"string"> => ({
  type: "string",
  format: "date-time",
  description,
});

/** A whole number. */
export const integer = (description: string): Property<"integer"> => ({
  type: "integer",
  description,
});

/** A number that may have a fraction. */
export const decimal = (description: string): Property<"number"> => ({
  type: "number",
  description,
});

/** An amount in the smallest unit of its currency: cents for USD and EUR, yen for JPY. */
export const cents = (description: string): Property<"integer"> => ({
  type: "integer",
  unit: "smallest of the currency",
  description: `${description} In the currency's smallest unit (cents).`,
});

/** A currency code. */
export const currency = (description = "Currency of the amounts."): Property<"string"> => ({
  type: "string",
  description: `${description} ISO 4217 code in lower case.`,
});

/** True or false. */
export const flag = (description: string): Property<"boolean"> => ({
  type: "boolean",
  description,
});

/** A JSON object, kept as it came. */
export const object = (description: string): Property<"object"> => ({
  type: "object",
  description,
});

/** A JSON array, kept as it came. */
export const list = (description: string): Property<"array"> => ({ type: "array", description });

/** The id of a row in another stream. */
export const reference = (stream: string, description: string): Property<"string"> => ({
  type: "string",
  description: `${description} Points to ${stream}.id.`,
  references: stream,
});

/** Off by default: whoever holds this value can act with it. */
export const secret = <P extends Property>(property: P): P => ({ ...property, hidden: "secret" });

/** On by default, but for what this path leads to: whoever holds that can act with it. */
export const withoutSecret = <T extends JsonType>(
  path: readonly string[],
  property: Property<T>,
): Property<T> => ({ ...property, secretsInside: [path] });

/** Off by default: says more about a person than most reports need. */
export const personal = <P extends Property>(property: P): P => ({
  ...property,
  hidden: "personal",
});

/** Off by default: the server sends it, but its documentation does not promise it. */
export const undocumented = <P extends Property>(property: P): P => ({
  ...property,
  hidden: "undocumented",
});

/** Only rows of some kind have it, or only newer servers send it. */
export const sometimes = <P extends Property>(property: P): P & { readonly sometimes: true } => ({
  ...property,
  sometimes: true,
});

/** Taken from the parent row's property of this name. */
export const fromParent = <P extends Property>(property: string, column: P): P => ({
  ...column,
  origin: { from: "parent", property },
});

/** Taken from the item's property of this name. */
export const fromItem = <P extends Property>(property: string, column: P): P => ({
  ...column,
  origin: { from: "item", property },
});

/** The item's index in its parent's array, counted from 0. */
export const position = (description: string): Property<"integer"> => ({
  type: "integer",
  description,
  origin: { from: "position" },
});

/** Taken from the parameter of the request that brought the item. */
export const fromRequest = <P extends Property>(parameter: string, column: P): P => ({
  ...column,
  origin: { from: "request", parameter },
});

/** The three columns that nearly every resource begins with. */
export const resource = {
  id: text("Unique identifier (UUID)."),
  created_at: timestamp("When the row was created (UTC)."),
  modified_at: timestamp("When the row last changed (UTC); null until the first change."),
} satisfies Properties;

/** The columns of an uploaded file, wherever it is used. */
export const uploadedFile = {
  id: resource.id,
  created_at: resource.created_at,
  organization_id: reference("organizations", "The organization that owns the file."),
  name: text("File name, as uploaded."),
  path: text("Where the file lies in the storage; not an address to download from."),
  mime_type: text("Media type, such as image/png."),
  size: integer("Size in bytes."),
  size_readable: text("Size for people, such as 1.0 KB."),
  storage_version: text("Version of the file in the storage."),
  checksum_etag: text("ETag of the file in the storage."),
  checksum_sha256_base64: text("SHA-256 of the content, in Base64."),
  checksum_sha256_hex: text("SHA-256 of the content, in hexadecimal."),
  last_modified_at: timestamp("When the content last changed (UTC)."),
  version: text("Version that the merchant gave to the file."),
  is_uploaded: flag("Whether the upload is complete."),
  flagged_malicious_at: sometimes(timestamp("When the file was found to be malicious (UTC).")),
} satisfies Properties;
