import type { Dispatcher } from "undici";
// The package's index loads fetch, WebSocket and caches, too: twice the start-up, for nothing.
import Pool from "undici/lib/dispatcher/pool.js";
import { UserInputError } from "../shared/errors.ts";

/**
 * Opens so many connections to the API at the most: through the proxy that HTTPS_PROXY names, unless
 * NO_PROXY excepts the API's host, or else directly. The names are taken in lower case, too. Plain
 * http goes to this machine only, and so through no proxy.
 * @throws UserInputError when HTTPS_PROXY is no address of a proxy
 */
export async function openConnections(
  apiUrl: string,
  connections: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Dispatcher> {
  const { origin, protocol } = new URL(apiUrl);
  const options = { connections, pipelining: 1 };
  const proxy = environment.https_proxy || environment.HTTPS_PROXY;
  if (protocol !== "https:" || !proxy) return new Pool(origin, options);
  if (!/^(https?|socks5?):/.test(proxy) || !URL.canParse(proxy)) {
    throw new UserInputError(
      "HTTPS_PROXY: must be the address of a proxy, such as http://proxy.example.com:3128",
    );
  }
  const noProxy = environment.no_proxy || environment.NO_PROXY || "";
  const { openProxied } = await import("./proxied.ts");
  return openProxied(proxy, noProxy, options);
}
