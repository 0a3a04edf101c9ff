import { type Mutant, of } from "./mutant.ts";

/** The client, and the lists that it reads. */
export const polar: readonly Mutant[] = [
  ...of(
    "src/polar/client.ts",
    ["test/polar/client.test.ts", "test/polar/client-damage.test.ts"],
    [
      ["    this.#doomedConnections--;\n", ""],
      ["if (answer.status === 200) this.#gate.widen", "this.#gate.widen"],
      ["          this.#siege = 0;\n", ""],
      ["if (entered > this.#besiegedAt) {", "{"],
      ["if (!kept) body.release();", "body.release();"],
      ["this.#isReached = true;", ""],
      ["status === 408 || status === 425", "status === 425"],
      ['if (status === 511 || headers["cf-mitigated"] !== undefined) return false;', ""],
      ["if (error instanceof InvalidJsonError || error instanceof TimeoutError) return true;", ""],
    ],
  ),
  ...of(
    "src/polar/gate.ts",
    ["test/polar/gate.test.ts", "test/polar/client.test.ts"],
    [
      ["if (isKnown || this.#limit === 1) return undefined;", ""],
      ["isEarned ? this.#limit + 1 : most", "most"],
      ["waiter.priority < (", "waiter.priority <= ("],
      ["Math.max(this.#pausedUntil, until)", "until"],
      ["Math.max(budgetWait, this.#pausedUntil - now)", "budgetWait"],
      ["if (this.#signal.aborted) return refuse(this.#signal.reason);", ""],
    ],
  ),
  ...of(
    "src/polar/sender.ts",
    ["test/polar/client.test.ts", "test/tap/refusals.test.ts", "test/tap/hostile-api.test.ts"],
    [
      ["if (target.origin !== from.origin) {", "if (false) {"],
      ["redirects <= MOST_REDIRECTS", "true"],
      ["if (status < 300 || status > 399) return answer;", "if (status < 300) return answer;"],
      ["      onRedirect();\n", ""],
      ["accept === undefined ? LARGEST_JSON : LARGEST_CSV", "LARGEST_CSV"],
      ["this.#basePath + target.path", "target.path"],
      ["status !== undefined || !signal.aborted", "true"],
      ["target.pathname + target.search", "target.pathname"],
    ],
  ),
  ...of(
    "src/polar/budget.ts",
    ["test/polar/budget.test.ts"],
    [
      ["if (this.#free === 0) return", "if (false) return"],
      ["Math.max(LEAST_BURST, part)", "part"],
      ["this.#underWay + this.#leaving.length - this.#first", "this.#leaving.length - this.#first"],
      ["Math.min(this.#burst, this.#ready + more)", "this.#ready + more"],
      ["until > 0 ? Math.min(even, (this.#free + 1) / until) : even", "even"],
      ["<= this.#at) this.#first++", "< this.#at) this.#first++"],
    ],
  ),
  ...of(
    "src/polar/obstacles.ts",
    ["test/polar/obstacles.test.ts"],
    [
      ["if (isReached && (NO_HTTP.has(code) || NO_TLS.has(code))) return undefined;", ""],
      ["if (known || isReached) return known;", "if (known) return known;"],
      ["NO_TLS.has(code) && isSecure", "NO_TLS.has(code)"],
      ["status !== undefined && status < 500", "status !== undefined"],
      ["if (status === 407) {", "if (false) {"],
      ["message, NO_HTTP_RETRIES", "message"],
      ["      NAME_RETRIES,\n", ""],
    ],
  ),
  ...of(
    "src/polar/page-search.ts",
    ["test/polar/list.test.ts"],
    [
      ["this.#unreadableInARow = 0;\n    } catch", "} catch"],
      [
        "this.#unreadableInARow > MOST_UNREADABLE_IN_A_ROW",
        "this.#unreadableInARow >= MOST_UNREADABLE_IN_A_ROW",
      ],
      ["if (!(error instanceof ServerError)) throw error;", ""],
      ["if (this.unreadable.length > 0) this.#failed.add(this.#list, page, limit);", ""],
    ],
  ),
  ...of(
    "src/polar/list.ts",
    ["test/polar/list.test.ts"],
    [
      ["(whole ? counted?.lastPage : undefined)", "counted?.lastPage"],
      ["rows.count > 0 || totalCount !== 0", "true"],
    ],
  ),
  ...of(
    "src/polar/retry.ts",
    ["test/polar/retry.test.ts"],
    [
      ["Math.max(1_000, milliseconds)", "milliseconds"],
      ["LONGEST_RETRY_AFTER_MILLISECONDS);", "Infinity);"],
    ],
  ),
  ...of(
    "src/polar/page.ts",
    ["test/polar/page.test.ts"],
    [
      [
        "this.#index.scan(bytes, LEVEL_OF_OWN_PROPERTIES);",
        "this.#index.scan(bytes, LEVEL_OF_PROPERTIES);",
      ],
    ],
  ),
];
