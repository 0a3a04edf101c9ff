/** What somebody has opened, and not closed: servers, sockets, pipes and children. */
import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

/** By Node's own names of them. */
const names: Readonly<Record<string, string>> = {
  TCPSERVERWRAP: "server",
  TCPWRAP: "socket",
  PIPEWRAP: "pipe",
  PROCESSWRAP: "child",
};

/** So long a closed handle may take until it is gone: the other end of a socket has to see it, too. */
const MOST_MILLISECONDS = 10_000;

/** What is open, by its number. */
type Open = Map<number, string>;

const watched = new AsyncLocalStorage<Open>();
const owners = new Map<number, Open>();

const hook = createHook({
  init(id, type, trigger) {
    const name = names[type];
    // A server's end of a connection belongs to whom the server does.
    const open = watched.getStore() ?? owners.get(trigger);
    if (name === undefined || !open) return;
    open.set(id, name);
    owners.set(id, open);
  },
  destroy(id) {
    owners.get(id)?.delete(id);
    owners.delete(id);
  },
});

/**
 * Resolves to what `act` does, and to the names of all that it has opened and that is still open a while
 * after; what others do at the same time is not counted.
 */
export async function watch<T>(
  act: () => Promise<T>,
  milliseconds = MOST_MILLISECONDS,
): Promise<{ result: T; left: string[] }> {
  hook.enable();
  const open: Open = new Map();
  const result = await watched.run(open, act);
  const ended = performance.now();
  while (open.size > 0 && performance.now() - ended < milliseconds) await setImmediate();
  return { result, left: [...open.values()] };
}
