import type { Dispatcher } from "undici";
import connectThrough from "undici/lib/api/api-connect.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import { ProxyError } from "./proxy-error.ts";

/**
 * Connections through the proxy at `proxy`, but for the hosts that `noProxy` excepts. They fail with
 * a {@link ProxyError} where the proxy, and not the API, is the trouble.
 */
export function openProxied(
  proxy: string,
  noProxy: string,
  options: Pool.Options & { readonly connections: number },
): Dispatcher {
  const clientFactory = (url: URL, to: object) => Object.assign(new Pool(url, to), { connect });
  return new EnvHttpProxyAgent({ ...options, httpsProxy: proxy, noProxy, clientFactory });
}

/** The method that opens tunnels. The package's index would give it to each dispatcher. */
async function connect(
  this: Dispatcher,
  options: Dispatcher.ConnectOptions,
): Promise<Dispatcher.ConnectData<unknown>> {
  const { protocol, host } = new URL(String(options.origin));
  const address = `${protocol}//${host}`;
  let tunnel: Dispatcher.ConnectData<unknown>;
  try {
    tunnel = await connectThrough.call(this, options);
  } catch (cause) {
    throw new ProxyError(address, undefined, { cause });
  }
  if (tunnel.statusCode === 200) return tunnel;
  tunnel.socket.on("error", () => undefined).destroy();
  throw new ProxyError(address, tunnel.statusCode);
}
