import { describe, expect, it } from "vitest";
import { BlockedError, UnreachableError } from "../../src/polar/errors.ts";
import { obstacleOf } from "../../src/polar/obstacles.ts";
import { ProxyError } from "../../src/polar/proxy-error.ts";

const secure = new URL("https://api.polar.sh");
const plain = new URL("http://127.0.0.1:8000");

const failure = (code: string) => Object.assign(new Error("no answer"), { code });

describe("what stands in the way", () => {
  it.each([
    ["CERT_HAS_EXPIRED", BlockedError, 0, /not valid at this time/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", BlockedError, 0, /for another host.*api_url/],
    ["SELF_SIGNED_CERT_IN_CHAIN", BlockedError, 0, /NODE_EXTRA_CA_CERTS/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", BlockedError, 0, /begin with http:/],
    ["HPE_INVALID_CONSTANT", BlockedError, 2, /does not speak HTTP.*api_url\.$/],
    ["ENOTFOUND", BlockedError, 3, /There is no host api\.polar\.sh/],
    ["EAI_AGAIN", UnreachableError, 3, /name server/],
    ["ECONNRESET", UnreachableError, 5, /ends each connection/],
  ])("%s is told as what it is", (code, kind, retries, told) => {
    const obstacle = obstacleOf(failure(code), secure, false);
    expect(obstacle?.retries).toBe(retries);
    expect(obstacle?.error).toBeInstanceOf(kind);
    expect(obstacle?.error.message).toMatch(told);
  });

  it.each(["ECONNRESET", "UND_ERR_SOCKET", "HPE_INVALID_CONSTANT", "EPROTO"])(
    "is nothing but trouble on the way once the API has answered: %s",
    (code) => {
      expect(obstacleOf(failure(code), secure, true)).toBeUndefined();
    },
  );

  it("may still be a certificate or a name then", () => {
    expect(obstacleOf(failure("CERT_HAS_EXPIRED"), secure, true)).toBeDefined();
    expect(obstacleOf(failure("ENOTFOUND"), secure, true)).toBeDefined();
  });

  it("is no matter of https where that is not spoken", () => {
    expect(obstacleOf(failure("EPROTO"), plain, false)).toBeUndefined();
    expect(obstacleOf(failure("HPE_INVALID_VERSION"), plain, false)?.error.message).toContain(
      "it may have to begin with https://",
    );
  });

  it.each([
    [407, BlockedError, 0, /asks for a login/],
    [403, BlockedError, 0, /refuses to connect to api\.polar\.sh \(403\)/],
    [502, UnreachableError, 5, /finds no way to api\.polar\.sh \(502\)/],
    [undefined, UnreachableError, 5, /can't be reached \(ECONNREFUSED\)/],
  ])("is at the proxy, which answered %s", (status, kind, retries, told) => {
    const cause = failure("ECONNREFUSED");
    const error = new ProxyError("http://proxy.example.com:3128", status, { cause });
    const obstacle = obstacleOf(error, secure, true);
    expect(obstacle?.retries).toBe(retries);
    expect(obstacle?.error).toBeInstanceOf(kind);
    expect(obstacle?.error.message).toMatch(told);
  });

  it("is a name that the proxy's setting has wrong", () => {
    const cause = failure("ENOTFOUND");
    const error = new ProxyError("http://proxi.example.com:3128", undefined, { cause });
    expect(obstacleOf(error, secure, false)?.error.message).toMatch(
      /no host the proxy proxi\.example\.com:3128.*HTTPS_PROXY/,
    );
  });
});
