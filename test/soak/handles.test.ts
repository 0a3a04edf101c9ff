import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { watch } from "../../soak/handles.ts";
import { listen } from "../support/listening.ts";

test("what is closed again is not left, and what others open is not counted", async () => {
  const act = async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const socket = connect(port, "127.0.0.1").resume();
    await once(socket, "close");
    await new Promise((resolve) => server.close(resolve));
    const child = spawn(process.execPath, ["--version"]);
    child.stdout.resume();
    await once(child, "close");
    return port;
  };

  const [{ result, left }] = await Promise.all([watch(act), listen(createServer())]);

  expect(result).toBeGreaterThan(0);
  expect(left).toEqual([]);
});

test("a server, both ends of a connection and a child that are left are told", async () => {
  const act = async () => {
    const port = await listen(createServer());
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const child = spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], {
      stdio: "ignore",
    });
    return { socket, child };
  };

  const { result, left } = await watch(act, 100);
  const ended = once(result.child, "exit");
  result.child.kill("SIGKILL");
  result.socket.destroy();
  await ended;

  expect(left.sort()).toEqual(["child", "server", "socket", "socket"]);
});
