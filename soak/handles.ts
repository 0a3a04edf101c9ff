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

/** What is open, by its number: its name, and Node's own object. */
type Open = Map<number, { readonly name: string; readonly handle: object }>;

const watched = new AsyncLocalStorage<Open>();
const owners = new Map<number, Open>();

const hook = createHook({
  init(id, type, trigger, handle) {
    const name = names[type];
    // A server's end of a connection belongs to whom the server does.
    const open = watched.getStore() ?? owners.get(trigger);
    if (name === undefined || !open) return;
    open.set(id, { name, handle });
    owners.set(id, open);
  },
  destroy(id) {
    owners.get(id)?.delete(id);
    owners.delete(id);
  },
});

/** Whether the system still holds it open. Node may keep its object for a while after. */
function isOpen({ handle }: { readonly handle: object }): boolean {
  return !("fd" in handle) || typeof handle.fd !== "number" || handle.fd >= 0;
}

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
  const left = () => [...open.values()].filter(isOpen).map(({ name }) => name);
  while (left().length > 0 && performance.now() - ended < milliseconds) await setImmediate();
  return { result, left: left() };
}
