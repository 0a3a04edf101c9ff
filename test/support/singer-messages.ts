/** The shapes of the Singer messages, as a target must be able to rely on them. */
import { z } from "zod";

type JsonObject = Readonly<Record<string, unknown>>;

// Not z.record: it would copy every record, and a copy loses a key named `__proto__`.
const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);

/** A stream's name becomes a file's and a table's name. */
const stream = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "is no usable stream name");

/** Epoch seconds: SQL targets keep versions in 32-bit columns. */
const version = z
  .int("must be an integer")
  .min(0, "must not be negative")
  .max(2 ** 31 - 1, "does not fit 32 bits");

const schemaMessage = z.object({
  type: z.literal("SCHEMA"),
  stream,
  schema: z.looseObject({ properties: jsonObject }),
  key_properties: z.array(z.string()),
  bookmark_properties: z.array(z.string()).optional(),
});

const recordMessage = z.object({
  type: z.literal("RECORD"),
  stream,
  record: jsonObject,
  version: version.optional(),
  time_extracted: z.iso.datetime({ offset: true, error: "is no ISO 8601 time" }).optional(),
});

const stateMessage = z.object({
  type: z.literal("STATE"),
  value: z.looseObject({ bookmarks: jsonObject }),
});

const activateVersionMessage = z.object({
  type: z.literal("ACTIVATE_VERSION"),
  stream,
  version,
});

export const singerMessage = z.discriminatedUnion(
  "type",
  [schemaMessage, recordMessage, stateMessage, activateVersionMessage],
  { error: "is no known message type" },
);

export type SchemaMessage = z.infer<typeof schemaMessage>;
export type RecordMessage = z.infer<typeof recordMessage>;
export type StateMessage = z.infer<typeof stateMessage>;
export type ActivateVersionMessage = z.infer<typeof activateVersionMessage>;
export type SingerMessage = z.infer<typeof singerMessage>;
