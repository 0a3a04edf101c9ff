import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { API_VERSION } from "../../src/polar/api-version.ts";
import {
  ForbiddenError,
  RefusedRequestError,
  RowNotFoundError,
  UnauthorizedError,
} from "../../src/polar/errors.ts";
import { refusal } from "../../src/polar/refusals.ts";

/** A recorded answer: its status, headers and body. */
function recorded(name: string) {
  const at = (ending: string) => new URL(`../fixtures/recorded/${name}.${ending}`, import.meta.url);
  const head = readFileSync(at("headers"), "utf8");
  const status = Number(/^HTTP\/[\d.]+ (\d{3})/m.exec(head)?.[1]);
  const lines = head.matchAll(/^([\w-]+): (.*?)\r?$/gm);
  const headers = Object.fromEntries(
    [...lines].map(([, key = "", value = ""]) => [key.toLowerCase(), value]),
  );
  return { status, headers, body: readFileSync(at("json")) };
}

function refusalOf(name: string, path = "/v1/orders/") {
  const { status, headers, body } = recorded(name);
  return refusal({ status, headers }, body, path, "api.polar.sh");
}

describe("the recorded refusal", () => {
  it.each(["err-bad-token", "err-expired-token", "err-garbage-token"])(
    "%s is about the token",
    (name) => {
      const error = refusalOf(name);
      expect(error).toBeInstanceOf(UnauthorizedError);
      expect(error.message).toMatch(/401: .*Check that access_token is complete, not expired/);
    },
  );

  it("err-missing-scope names the scope", () => {
    const error = refusalOf("err-missing-scope");
    expect(error).toBeInstanceOf(ForbiddenError);
    expect(error.message).toMatch(/\/v1\/orders\/: it lacks the scope orders:read \(403\)/);
  });

  it("err-not-found is about one row", () => {
    const error = refusalOf("err-not-found", "/v1/orders/x");
    expect(error).toBeInstanceOf(RowNotFoundError);
    expect(error.message).toContain("/v1/orders/x");
  });

  it.each(["err-unknown-version", "err-unknown-path"])("%s is about the version", (name) => {
    const error = refusalOf(name);
    expect(error).toBeInstanceOf(RefusedRequestError);
    expect(error.message).toContain(`version ${API_VERSION} (404: Not Found)`);
  });

  it.each(["err-invalid-query", "err-limit-0", "err-page-0"])(
    "%s passes the API's own words on",
    (name) => {
      const error = refusalOf(name);
      expect(error).toBeInstanceOf(RefusedRequestError);
      const { detail } = JSON.parse(recorded(name).body.toString());
      const [first] = detail;
      expect(error.message).toContain(`422: ${first.loc.join(".")}: ${first.msg}`);
    },
  );

  it("err-seats-no-parent passes the API's own words on, too", () => {
    expect(refusalOf("err-seats-no-parent").message).toMatch(
      /refuses .* \(4\d\d: Either subscription_id or order_id must be provided\)/,
    );
  });

  it("err-method-not-allowed is told with its status", () => {
    const { status } = recorded("err-method-not-allowed");
    expect(refusalOf("err-method-not-allowed").message).toContain(
      `refuses /v1/orders/ (${status}:`,
    );
  });
});

describe("any refusal", () => {
  const message = (status: number, body: string | Uint8Array, headers = {}) =>
    refusal({ status, headers }, Buffer.from(body), "/v1/orders/", "api.polar.sh").message;

  it("repeats no value that the API repeats", () => {
    const detail = [
      { type: "x", loc: ["query", "id", 0], msg: "Input is no UUID", input: "a@b.example" },
    ];
    const body = JSON.stringify({ error: "RequestValidationError", detail });
    expect(message(422, body)).toBe(
      "The API refuses /v1/orders/ (422: query.id.0: Input is no UUID).",
    );
  });

  it.each([
    ["nothing", ""],
    ["another type", "[1]"],
    ["an unknown shape", '{"detail":{"a":1},"error":2}'],
    ["no UTF-8", Uint8Array.of(0xff, 0xfe)],
    ["more than the API ever says", JSON.stringify({ detail: "x".repeat(70_000) })],
  ])("with a body of %s is told by its status", (_, body) => {
    expect(message(400, body)).toBe("The API refuses /v1/orders/ (400: no explanation).");
  });

  it("names every scope that would do", () => {
    const challenge =
      'Bearer error="insufficient_scope", scope="files:read files:write", realm="x"';
    expect(message(403, "{}", { "www-authenticate": challenge })).toContain(
      "it lacks the scope files:read (403)",
    );
  });

  it.each([undefined, "Bearer", 'Bearer scope=""'])(
    "of 403 without a scope says so: %j",
    (challenge) => {
      const body = '{"error":"NotPermitted","detail":"Not allowed here"}';
      expect(message(403, body, { "www-authenticate": challenge })).toBe(
        "Polar does not allow to read /v1/orders/ (403: Not allowed here).",
      );
    },
  );
});
