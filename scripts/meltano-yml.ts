/** Writes examples/meltano/meltano.yml: the settings and the select rules follow from the source. */
import { writeFileSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };
import { definitionLines } from "../src/cli/meltano-definition.ts";
import type { HiddenReason } from "../src/streams/define.ts";
import { streams } from "../src/streams/index.ts";

const WHY_OFF: Readonly<Record<HiddenReason, string>> = {
  secret: "Whoever holds these values can act with them.",
  personal: "These say more about a person than most reports need.",
  undocumented: "Polar sends these without promising them; most repeat other columns.",
};

/** The file's text: a pure function of the settings, the streams and package.json. */
export function meltanoYml(): string {
  return `# A Meltano project that loads Polar into PostgreSQL, or into files. docs/meltano.md explains it.
# Written by \`npm run meltano-yml\`. Copy it and make it yours: nothing here needs Meltano's hub.
requires_meltano: ">=4"
default_environment: prod
environments:
  - name: prod

plugins:
  extractors:
    - name: tap-polar
      namespace: tap_polar
      # The wheel beside this file (npm run build:wheel makes it); it brings its own Node.
      pip_url: ./tap_polar-${manifest.version}-py3-none-any.whl
      # Or, in place of pip_url, a tap-polar that npm has installed:
      # executable: tap-polar
${indented(6, definitionLines())}
      config:
        # The token comes from TAP_POLAR_ACCESS_TOKEN, in the environment or in .env.
        # Rows that are gone in Polar are marked in the target.
        emit_activate_version_messages: true
      select:
        # The streams that are on by default. docs/streams.md has them all.
${streams
  .filter(({ selectedByDefault }) => selectedByDefault)
  .map(({ name }) => `        - ${name}.*`)
  .join("\n")}
${selectRules()}

  loaders:
    - name: target-postgres
      namespace: target_postgres
      pip_url: meltanolabs-target-postgres==0.8.1
      settings_group_validation:
        - [host, port, user, password, database]
      settings:
        - name: host
        - name: port
          kind: integer
        - name: user
        - name: password
          sensitive: true
        - name: database
        - name: default_target_schema
        - name: hard_delete
          kind: boolean
          description: Delete rows that are gone in Polar instead of marking them.
        - name: activate_version
          kind: boolean
          description: Whether to do anything about rows that are gone.
        - name: add_record_metadata
          kind: boolean
          description: Add the _sdc_ columns. Needed for activate_version.
      config:
        # The rest comes from TARGET_POSTGRES_USER, TARGET_POSTGRES_PASSWORD, ….
        host: 127.0.0.1
        port: 5432
        database: warehouse
        default_target_schema: polar
    - name: target-jsonl
      namespace: target_jsonl
      pip_url: target-jsonl==0.1.4
      settings:
        - name: destination_path
        - name: do_timestamp_file
          kind: boolean
      config:
        destination_path: output
        # One file per stream and run: this target appends.
        do_timestamp_file: true

  utilities:
    # Makes the models of dbt/ (beside this file) out of what target-postgres has loaded.
    - name: dbt-postgres
      namespace: dbt_postgres
      pip_url: dbt-core==1.11.16 dbt-postgres==1.11.0
      executable: dbt
      commands:
        run:
          args: build --target postgres --exclude-resource-type unit_test
          description: Keeps the history of subscriptions, makes the models, and tests their rows.
        docs:
          args: docs generate --target postgres
          description: Writes the description of every column, as a page.
      settings:
        - name: project_dir
          env: DBT_PROJECT_DIR
        - name: profiles_dir
          env: DBT_PROFILES_DIR
        - name: host
          env: PGHOST
        - name: port
          kind: integer
          env: PGPORT
        - name: user
          env: PGUSER
        - name: password
          sensitive: true
          env: PGPASSWORD
        - name: database
          env: PGDATABASE
      config:
        project_dir: $MELTANO_PROJECT_ROOT/dbt
        profiles_dir: $MELTANO_PROJECT_ROOT/dbt
        # As in target-postgres.
        host: 127.0.0.1
        port: 5432
        user: $TARGET_POSTGRES_USER
        password: $TARGET_POSTGRES_PASSWORD
        database: warehouse

jobs:
  - name: polar-to-postgres
    tasks:
      - tap-polar target-postgres

schedules:
  - name: polar-hourly
    interval: "@hourly"
    job: polar-to-postgres
`;
}

function indented(spaces: number, lines: readonly string[]): string {
  return lines.map((line) => " ".repeat(spaces) + line).join("\n");
}

/**
 * Meltano selects all columns of a stream unless it is told which are off by default. What stands
 * inside of a column is no part of the schema, and Meltano warns of a rule for it, unless the rule
 * names no stream.
 */
function selectRules(): string {
  const rule = (...path: string[]) => `        - "!${path.join(".")}"`;
  const hidden = streams.flatMap(({ name, properties }) =>
    Object.entries(properties).flatMap(([column, property]) => [
      { rule: rule(name, column), reason: property.hidden },
      ...(property.secretsInside ?? []).map((path) => ({
        rule: rule("*", column, ...path),
        reason: "secret",
      })),
    ]),
  );
  return Object.entries(WHY_OFF)
    .flatMap(([reason, why]) => [
      `        # ${why}`,
      ...hidden.filter((each) => each.reason === reason).map(({ rule }) => rule),
    ])
    .join("\n");
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(new URL("../examples/meltano/meltano.yml", import.meta.url), meltanoYml());
}
