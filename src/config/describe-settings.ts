/** The settings as the documentation, `--about` and meltano.yml show them. */
import * as z from "zod";
import { notes, settings } from "./settings.ts";

/** A setting as the documentation shows it. */
export interface Setting {
  readonly name: string;
  readonly kind: "string" | "integer" | "number" | "boolean" | "options" | "array" | "date_iso8601";
  readonly options?: readonly string[];
  readonly description: string;
  /** The default's value, unless it depends on another setting. */
  readonly default?: string | number | boolean;
  /** The default in words, where there is no single value. */
  readonly defaultText?: string;
  readonly sensitive: boolean;
  readonly required: boolean;
}

/** All settings, in the order of the documentation. */
export function describeSettings(): Setting[] {
  return Object.entries(settings.shape).map(([name, schema]) => {
    const { description, sensitive, required, defaultText } = notes.get(schema) ?? {
      description: "",
    };
    const given = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
    return {
      name,
      ...kindOf(schema),
      description,
      ...(given === undefined || defaultText !== undefined ? {} : { default: given }),
      ...(defaultText === undefined ? {} : { defaultText }),
      sensitive: sensitive ?? false,
      required: required ?? false,
    };
  });
}

function kindOf(schema: z.ZodType): Pick<Setting, "kind" | "options"> {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? kindOf(inner) : { kind: "string" };
  }
  if (schema instanceof z.ZodPipe && schema.out instanceof z.ZodArray) return { kind: "array" };
  if (schema instanceof z.ZodEnum) return { kind: "options", options: schema.options.map(String) };
  if (schema instanceof z.ZodBoolean) return { kind: "boolean" };
  if (schema instanceof z.ZodNumber) {
    return { kind: schema.format === "safeint" ? "integer" : "number" };
  }
  return { kind: schema instanceof z.ZodUnion ? "date_iso8601" : "string" };
}
