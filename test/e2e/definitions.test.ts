/** The definitions that we hand out for Meltano, held against the schema that Meltano publishes. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { runProgram } from "./programs.ts";
import { describeWith, toolProgram } from "./tools.ts";

const file = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** What only the hub's own files have: it is shown there, and Meltano does without. */
const ONLY_IN_THE_HUB = /^(definition|domain_url|keywords|maintenance_status|quality):.*\n/gm;

describeWith(["meltano"], "Meltano's schema", () => {
  /** What the schema objects to in the text of a meltano.yml. */
  let objections: (project: string) => string[];

  beforeAll(async () => {
    const script =
      "import importlib.resources as r; print(r.files('meltano.schemas').joinpath('meltano.schema.json').read_text())";
    const { stdout } = await runProgram(toolProgram("meltano", "python"), ["-c", script]);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(stdout));
    objections = (project) => {
      validate(parse(project));
      return (validate.errors ?? []).map(
        ({ instancePath, message }) => `${instancePath} ${message}`,
      );
    };
  });

  const hubEntry = () =>
    `plugins:\n  extractors:\n    -\n${file("hub/tap-polar.yml").replace(ONLY_IN_THE_HUB, "").replace(/^/gm, "      ")}`;

  test("takes the example project", () => {
    expect(objections(file("examples/meltano/meltano.yml"))).toEqual([]);
  });

  test("takes the hub's entry, but for what only the hub has", () => {
    expect(objections(hubEntry())).toEqual([]);
  });

  test("would object to a wrong kind of setting, and to a setting without a name", () => {
    const wrong = hubEntry()
      .replace("kind: boolean", "kind: bool")
      .replace("- name: api_url", "- label: x");
    expect(objections(wrong)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("must have required property 'name'"),
        expect.stringContaining("/kind must be equal to one of the allowed values"),
      ]),
    );
  });
});
