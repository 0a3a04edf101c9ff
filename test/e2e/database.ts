/** A database of one's own on the server at hand. */
import { randomUUID } from "node:crypto";
import pg from "pg";

export interface Database {
  readonly url: string;
  /** Runs a query. Numbers beyond 32 bits, and decimals, come as text. */
  readonly query: (
    sql: string,
    values?: readonly unknown[],
  ) => Promise<readonly Record<string, unknown>[]>;
  /** Drops the database. */
  readonly drop: () => Promise<void>;
}

/** Creates a database on this server. Whoever creates one has to drop it. */
export async function createDatabase(serverUrl: string): Promise<Database> {
  const name = `tap_polar_test_${randomUUID().replaceAll("-", "")}`;
  await onServer(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return {
    url: url.href,
    query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
    drop: async () => {
      await client.end();
      await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
