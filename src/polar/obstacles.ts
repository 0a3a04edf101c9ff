/** What stands in the way when no answer comes: told by the codes of the system, TLS and undici. */
import { errorCode } from "../shared/errors.ts";
import { BlockedError, type PolarError, UnreachableError } from "./errors.ts";
import { ProxyError } from "./proxy-error.ts";

/** A failure that waiting cures rarely, or never. */
export interface Obstacle {
  /** So many tries more are worth it: with their waits they take less than ten seconds. */
  readonly retries: number;
  /** What to tell the user after them. */
  readonly error: PolarError;
}

/** Names of hosts are sometimes not found for a moment. */
const NAME_RETRIES = 3;

/** An answer that is no HTTP may be one that was damaged on the way. */
const NO_HTTP_RETRIES = 2;

/** Who is being restarted is back by then, or it takes longer. */
const RESTART_RETRIES = 5;

const UNTRUSTED = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

const WRONG_TIME = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

const WRONG_NAME = new Set(["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"]);

/** What OpenSSL says of an answer in plain text. */
const NO_TLS = new Set([
  "EPROTO",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

/** What undici says of an answer that does not begin as one of HTTP does. */
const NO_HTTP = new Set(["HPE_INVALID_CONSTANT", "HPE_INVALID_VERSION"]);

/**
 * The obstacle behind a failure, if it is one. `url` is the API's; `isReached` tells whether it has
 * ever answered.
 */
export function obstacleOf(error: Error, url: URL, isReached: boolean): Obstacle | undefined {
  if (error instanceof ProxyError) return obstacleAtProxy(error, url);
  const code = errorCode(error) ?? "";
  const known = obstacleByCode(code, url.host, "api_url", url.protocol === "https:");
  // A server that has answered before has other troubles.
  if (isReached && (NO_HTTP.has(code) || NO_TLS.has(code))) return undefined;
  if (known || isReached) return known;
  if (code === "ECONNRESET" || code === "UND_ERR_SOCKET") {
    const hint = url.protocol === "http:" ? ": it may have to begin with https://" : "";
    return {
      retries: RESTART_RETRIES,
      error: new UnreachableError(
        `${url.host} ends each connection without a whole answer (${code}). Check api_url${hint}; if it ` +
          "is right, a firewall may be in the way, or the server is down.",
      ),
    };
  }
  return undefined;
}

/** `setting` is what the host was named in. */
function obstacleByCode(
  code: string,
  host: string,
  setting: string,
  isSecure: boolean,
): Obstacle | undefined {
  const blocked = (message: string, retries = 0) => ({
    retries,
    error: new BlockedError(message),
  });
  if (UNTRUSTED.has(code)) {
    return blocked(
      `The certificate of ${host} is not trusted (${code}). If your company or its proxy signs its ` +
        "own certificates, name their root certificate in NODE_EXTRA_CA_CERTS.",
    );
  }
  if (WRONG_TIME.has(code)) {
    return blocked(
      `The certificate of ${host} is not valid at this time (${code}). Check the clock of this ` +
        "machine; if it is right, the server needs a new certificate.",
    );
  }
  if (WRONG_NAME.has(code)) {
    return blocked(`The certificate of ${host} is for another host (${code}). Check ${setting}.`);
  }
  if (NO_TLS.has(code) && isSecure) {
    return blocked(
      `${host} does not speak https (${code}). Check ${setting}: it may have to begin with http://.`,
    );
  }
  if (NO_HTTP.has(code)) {
    const hint = isSecure ? "" : ": it may have to begin with https://";
    const message = `${host} does not speak HTTP (${code}). Check ${setting}${hint}.`;
    return blocked(message, NO_HTTP_RETRIES);
  }
  if (code === "ENOTFOUND") {
    return blocked(
      `There is no host ${host} (${code}). Check ${setting}, and this machine's name server.`,
      NAME_RETRIES,
    );
  }
  if (code === "EAI_AGAIN") {
    return {
      retries: NAME_RETRIES,
      error: new UnreachableError(
        `The name server does not say where ${host} is (${code}). Check the network and ${setting}.`,
      ),
    };
  }
  return undefined;
}

function obstacleAtProxy({ address, status, cause }: ProxyError, url: URL): Obstacle {
  const proxy = `The proxy ${address} (HTTPS_PROXY)`;
  const remedy = "Check HTTPS_PROXY, or except the API's host in NO_PROXY.";
  if (status === 407) {
    return {
      retries: 0,
      error: new BlockedError(
        `${proxy} asks for a login (407). Put the right user and password into HTTPS_PROXY: ` +
          "http://user:password@host:port.",
      ),
    };
  }
  if (status !== undefined && status < 500) {
    const message = `${proxy} refuses to connect to ${url.host} (${status}). ${remedy}`;
    return { retries: 0, error: new BlockedError(message) };
  }
  const { host, protocol } = new URL(address);
  const code = errorCode(cause) ?? "no answer";
  const known = obstacleByCode(code, `the proxy ${host}`, "HTTPS_PROXY", protocol === "https:");
  if (known) return known;
  const what =
    status === undefined ? `can't be reached (${code})` : `finds no way to ${url.host} (${status})`;
  return {
    retries: RESTART_RETRIES,
    error: new UnreachableError(`${proxy} ${what}. ${remedy}`),
  };
}
