/** The part of the dbt package that follows from the declarations: sources, and a staging model each. */
import { stringify } from "yaml";
import type { Property, Stream } from "../src/streams/define.ts";

const FOLDER = "dbt/models/staging";
const GENERATED = "by `npm run docs` from src/streams; do not edit";

/** The files by path. Streams that are off by default, and columns that are, have no place in them. */
export function stagingFiles(streams: readonly Stream[]): Record<string, string> {
  const staged = streams.filter(({ selectedByDefault }) => selectedByDefault);
  return {
    [`${FOLDER}/polar.yml`]: `# Written ${GENERATED}.\n${stringify(properties(staged), { lineWidth: 100 })}`,
    ...Object.fromEntries(
      staged.map((stream) => [`${FOLDER}/${modelOf(stream.name)}.sql`, modelSql(stream)]),
    ),
  };
}

const modelOf = (stream: string): string => `stg_polar__${stream}`;

const columnsOf = ({ properties }: Stream): [string, Property][] =>
  Object.entries(properties).filter(([, { hidden }]) => hidden === undefined);

function modelSql(stream: Stream): string {
  const columns = columnsOf(stream).map(
    ([name, property]) => `    ('${name}', ${conversion(name, property, stream)}),`,
  );
  return `-- Written ${GENERATED}.
{{ polar.staged('${stream.name}', [
${columns.join("\n")}
]) }}
`;
}

/** The macro of dbt/macros/columns.sql that makes the column out of the raw one, with its arguments. */
function conversion(name: string, { type, format, unit }: Property, { properties }: Stream) {
  if (unit !== undefined) {
    const own = name.replace(/amount$/, "currency");
    return `'amount', '${own in properties ? own : "currency"}'`;
  }
  if (format === "date-time") return "'time'";
  if (type === "object" || type === "array") return "'json'";
  return `'${type}'`;
}

function properties(staged: readonly Stream[]): object {
  return {
    version: 2,
    sources: [
      {
        name: "polar",
        description: "Tables as a target writes them of what tap-polar reads.",
        database: "{{ var('polar_database', target.database) }}",
        schema: "{{ var('polar_schema', 'polar') }}",
        tables: staged.map((stream) => ({
          name: stream.name,
          description: stream.description,
          columns: columnsOf(stream).map(([name, { description }]) => ({ name, description })),
        })),
      },
    ],
    models: staged.map((stream) => ({
      name: modelOf(stream.name),
      description: stream.description,
      columns: [
        ...columnsOf(stream).map(([name, property]) => stagedColumn(name, property, stream)),
        { name: "synced_at", description: "When the row was last read from Polar (UTC)." },
        {
          name: "removed_at",
          description:
            "Since when the row is known to be gone in Polar (UTC); such rows are here only by choice.",
        },
      ],
    })),
  };
}

function stagedColumn(name: string, { description, unit }: Property, { primaryKey }: Stream) {
  const inUnits = description.replace(
    "In the currency's smallest unit (cents).",
    "In units of the currency.",
  );
  return {
    name,
    description: unit === undefined ? description : inUnits,
    // What else is tested stands with the models that need it: any other column may be left out.
    ...(primaryKey.includes(name) && { data_tests: ["not_null", "unique"] }),
  };
}
