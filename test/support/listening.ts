/** Servers that end with their test. */
import type { Server, Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Lets a server listen on this machine until the test is over; resolves to the port. */
export function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) throw new Error("no port");
      resolve(address.port);
    });
  });
}
