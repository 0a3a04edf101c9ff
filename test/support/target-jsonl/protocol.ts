import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import type {
  ActivateVersionMessage,
  RecordMessage,
  SchemaMessage,
  SingerMessage,
} from "../singer-messages.ts";

interface StreamContract {
  readonly validate: ValidateFunction;
  readonly properties: ReadonlySet<string>;
  readonly keys: readonly string[];
  /** The highest version seen on a record. */
  version: number;
}

/**
 * What one message must respect because of those before it. Each method returns what is wrong in
 * plain words, without record content, or undefined.
 */
export class Protocol {
  readonly #ajv = newAjv();
  readonly #streams = new Map<string, StreamContract>();
  #last: SingerMessage["type"] | undefined;

  check(message: SingerMessage): string | undefined {
    this.#last = message.type;
    switch (message.type) {
      case "SCHEMA":
        return this.#schema(message);
      case "RECORD":
        return this.#record(message);
      case "ACTIVATE_VERSION":
        return this.#activateVersion(message);
      case "STATE":
        return undefined;
    }
  }

  /** What is wrong with ending here. */
  end(): string | undefined {
    if (this.#last === undefined || this.#last === "STATE") return undefined;
    return `the last message is ${this.#last}, not STATE`;
  }

  #schema({ stream, schema, key_properties: keys }: SchemaMessage): string | undefined {
    const properties = new Set(Object.keys(schema.properties));
    const missing = keys.find((key) => !properties.has(key));
    if (missing !== undefined) return `the schema of ${stream} lacks the key property ${missing}`;
    let validate: ValidateFunction;
    try {
      validate = this.#ajv.compile(schema);
    } catch (error) {
      return `the schema of ${stream} is no JSON Schema: ${error instanceof Error ? error.message : error}`;
    }
    const version = this.#streams.get(stream)?.version ?? 0;
    this.#streams.set(stream, { validate, properties, keys, version });
    return undefined;
  }

  #record({ stream, record, version }: RecordMessage): string | undefined {
    const contract = this.#streams.get(stream);
    if (contract === undefined) return `a RECORD of ${stream} comes before its SCHEMA`;
    for (const key of contract.keys) {
      if (!Object.hasOwn(record, key)) return `a record of ${stream} lacks its key ${key}`;
      if (record[key] === null) return `a record of ${stream} has null as its key ${key}`;
    }
    for (const name of Object.keys(record)) {
      if (!contract.properties.has(name))
        return `a record of ${stream} has a property that is not in the schema: ${name}`;
    }
    if (!contract.validate(record)) {
      const { instancePath = "", message = "is invalid" } = contract.validate.errors?.[0] ?? {};
      return `a record of ${stream} breaks its schema: ${instancePath.slice(1) || "it"} ${message}`;
    }
    if (version !== undefined && version > contract.version) contract.version = version;
    return undefined;
  }

  #activateVersion({ stream, version }: ActivateVersionMessage): string | undefined {
    const contract = this.#streams.get(stream);
    if (contract === undefined) return `ACTIVATE_VERSION of ${stream} comes before its SCHEMA`;
    if (version >= contract.version) return undefined;
    return `ACTIVATE_VERSION of ${stream} says ${version}, but a record had ${contract.version}`;
  }
}

function newAjv(): Ajv {
  const ajv = new Ajv({
    // Catalogs may carry keywords of other tools.
    strict: false,
    // A literal too large for a double reads as Infinity, and is a number all the same.
    strictNumbers: false,
    logger: false,
    // A stream may send its SCHEMA again, with the same $id.
    addUsedSchema: false,
  });
  formats.default(ajv);
  return ajv;
}
