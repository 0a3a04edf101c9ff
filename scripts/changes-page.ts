/** docs/changes.md: what a run sees of what has changed, and what only the next full sweep. */
import { changeKinds } from "../simulator/index.ts";
import type { Changes, Stream } from "../src/streams/define.ts";
import { type SeenChange, type Sight, seenChanges } from "../test/support/seen-changes.ts";
import { table } from "./markdown.ts";

/** What the token needs, so that the next run sees a change. */
const needs: Readonly<Record<Sight, string>> = {
  lists: "nothing more",
  events: "`events:read`",
  webhooks: "`webhooks:read`",
  sweep: "no scope: the next full sweep",
};

export function changesPage(streams: readonly Stream[], generated: string): string {
  const lists = streams.flatMap((stream) =>
    stream.source.kind === "list" ? [{ stream, source: stream.source }] : [],
  );
  const followed = lists.filter(({ source }) => source.changes);
  const whole = lists.filter(({ source }) => !source.changes);
  return `${generated}

# What a run reads, and what it sees

Polar can't be asked for what has changed since a moment. So a run with a state finds out who was
touched, and reads again what belongs to them; and once in a while, it reads everything.

## What a run does

1. It reads the newest rows of each list, those that may change without a trace (pending orders, for
   example), and, where the token allows, Polar's own events and the deliveries of webhooks since
   the last run. All of that tells which customers were touched.
2. It asks for all that belongs to them, up to a hundred customers in one request. The customer
   inside of an order, a subscription or an event is a row of \`customers\`, and needs no request of its
   own. A customer who was deleted comes that way, too, with \`deleted_at\`. An event or a webhook does not
   touch all lists: a renewal, for example, tells nothing of refunds.
3. It looks at the CSV exports of orders, subscriptions and customers, which need no further scope. The
   state keeps, for every 90 rows, where they begin, how many they are, three bytes that stand for
   their values, and when that was so. When those differ, these rows are read again. The newest
   12,500 rows are looked at by each run, older ones in turn, and only a few such places per run. Where
   events or webhooks can be read, which tell of most changes, each export has its turn three times in \`full_sweep_hours\`. An
   export sees only its columns: status, amounts, billing name and country, periods, a customer's name,
   addresses and metadata. \`use_exports: false\` switches them off.
4. It holds the count of each list against what has come. Where rows came with an old date, counts of
   ranges of time lead to them; where that can't be had, the list is read whole.
5. A list is read whole, too, when that takes fewer requests than what was touched; when it, or one that
   tells whom it touches, has more than thirty pages of new rows; when it fits on one page; and when the
   last full sweep is older than \`full_sweep_hours\`.

Only a full sweep tells the target which rows are gone
(\`emit_activate_version_messages\`). How one knows that nothing is missing:
[completeness.md](completeness.md).

## What to do

Nothing: it works with the scopes that the README names. To see more changes by the next run,

- give the token the scope \`events:read\`, and, where the organization has a webhook endpoint that
  gets all types of messages, \`webhooks:read\`. The streams need not be selected for that;
- set \`full_sweep_hours\` to less: what no scope shows is in the target after that time. \`0\` reads
  everything each time, and so does \`"replication-method": "FULL_TABLE"\` in the catalog, for one
  list;
- leave \`full_sweep_hours\` at 24 or more where runs are frequent: a sweep of 100,000 orders is a
  thousand requests.

The log says of each list how it was read, and why it was read whole, if it was:

    INFO orders: 112 rows read again: 43 new, the others of 61 touched customers or open. The audit agrees (100112); last full sweep 7 hours ago.

When a source can't be read, because a scope is missing or the request fails, the run goes on without
it, and says so; later it is read from where it stood. One whose scope the token never had is asked
again three times in \`full_sweep_hours\`.

A list that can't be read stays behind, and hears what it has missed as soon as it can be read again:
from events and webhooks, which are read from where it stood, and from the state, which keeps whom the
rows of other lists have touched meanwhile (a new order counts in its customer, a refund that failed in
its order). Beyond a thousand of those the list is read whole instead.

A row that has changed, and changed back, before a run could see it keeps its old \`modified_at\` until the
next full sweep.

## What it costs

${table(
  ["List", "Requests of a run"],
  followed.map(({ stream, source }) => [link(stream.name), costOf(stream, source.changes)]),
)}

System events and deliveries take one request each, and one more for each further hundred of them.
Streams inside of rows (\`order_items\`, for example) cost nothing beside their list.

These are read whole by each run, with one request for each hundred rows:
${whole.map(({ stream }) => link(stream.name)).join(", ")}.

\`npm run bench:changes\` simulates a day of an organization with 100,000 orders, and counts.

## What is seen

"Nothing more" means: the scope of the list itself. Deliveries tell only what an endpoint of the
organization was sent.

${followed.map(({ stream }) => section(stream)).join("\n\n")}

### Copies

Rows hold copies of others. That of a customer is right whenever the customer's change was seen;
these are right again after the next full sweep, or when the row itself is read again:

${table(["When one of these changes", "its copies are late in"], copies())}
`;
}

function section({ name }: Stream): string {
  const rows = seenChanges
    .filter((change) => listOf(change) === name)
    .map(({ what, seenWith, note = "" }) => [what, needs[seenWith], note]);
  return [`### ${name}`, table(["Change", "Seen by the next run with", ""], rows)].join("\n\n");
}

function costOf({ name }: Stream, changes: Changes | undefined): string {
  const { customer, open = [], rowPath } = changes ?? {};
  const parts = ["1 for the newest rows"];
  if (open.length > 0) {
    const told = open.filter(({ toldBy }) => toldBy === "event").length;
    const without = told > 0 ? `, ${told} of them only where events can't be read` : "";
    parts.push(`${open.length} for open ones (more where they are more than a page)${without}`);
  }
  if (customer?.property === "id") {
    parts.push("1 for each touched customer of whom nothing else was read");
  } else if (customer?.parameter !== undefined) {
    const many = customer.atOnce ?? 100;
    parts.push(
      many === 1
        ? "1 for each touched customer"
        : `1 for each ${many} touched customers, or each 100 of their ${name}`,
    );
  }
  if (rowPath !== undefined && customer?.property !== "id") {
    parts.push("1 for each row that was named without a customer");
  }
  return parts.join("; ");
}

function copies(): string[][] {
  return seenChanges.flatMap((change) =>
    change.copies ? [[link(listOf(change)), change.copies.map(link).join(", ")]] : [],
  );
}

/** The list whose rows a change is about. */
function listOf({ kinds }: SeenChange): string {
  const [kind = ""] = kinds;
  return changeKinds.get(kind)?.list ?? "";
}

const link = (name: string): string => `[${name}](streams.md#${name})`;
