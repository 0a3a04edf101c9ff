/**
 * A PostgreSQL server that lets us create databases: the one that TAP_POLAR_TEST_POSTGRES_URL names,
 * else one that listens on 127.0.0.1:5432, else one of our own.
 */
import { userInfo } from "node:os";
import pg from "pg";
import { provideEmbeddedPostgres } from "./embedded-postgres.ts";
import { lastWords, type Missing } from "./missing.ts";

export interface PostgresServer {
  /** Leads to a database from which others can be created. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function providePostgres(): Promise<PostgresServer | Missing> {
  const given = process.env.TAP_POLAR_TEST_POSTGRES_URL;
  if (given !== undefined && given !== "") {
    const refusal = await refusalOf(given);
    if (refusal === undefined) return notOurs(given);
    return { missing: `the server of TAP_POLAR_TEST_POSTGRES_URL is of no use: ${refusal}` };
  }
  for (const url of localUrls()) if ((await refusalOf(url)) === undefined) return notOurs(url);
  try {
    return await provideEmbeddedPostgres();
  } catch (error) {
    return { missing: `there is no PostgreSQL, and none could be started: ${lastWords(error)}` };
  }
}

const notOurs = (url: string): PostgresServer => ({ url, stop: async () => undefined });

function localUrls(): string[] {
  const { PGUSER = "", PGPASSWORD } = process.env;
  const users = [PGUSER, userInfo().username, "postgres"].filter((user) => user !== "");
  return [...new Set(users)].map((user) => {
    const url = new URL("postgresql://127.0.0.1:5432/postgres");
    url.username = user;
    url.password = PGPASSWORD ?? "";
    return url.href;
  });
}

/** Why this server does not let us create databases; undefined when it does. */
async function refusalOf(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolcreatedb OR rolsuper)",
    );
    return rowCount === 0 ? "its user may not create databases" : undefined;
  } catch (error) {
    return lastWords(error);
  } finally {
    await client.end();
  }
}
