/** The report: one page that needs nothing but itself, neither scripts nor the network. */
import { readFileSync } from "node:fs";
import { draw } from "./charts.ts";
import { churnFigure, type Figure, movementFigure, mrrFigure, revenueFigure } from "./figures.ts";
import { Html, html } from "./html.ts";
import { monthTitle } from "./months.ts";
import { revenueByCurrency } from "./revenue.ts";
import type { Rows } from "./rows.ts";
import { type Cohort, cohortsByMonth, mrrByCurrency } from "./subscriptions.ts";
import { churnTile, mrrTile, revenueTile, subscriptionsTile, type Tile } from "./tiles.ts";

/** Cohorts that the table shows at most. */
const COHORTS = 12;

const style = new Html(readFileSync(new URL("style.css", import.meta.url), "utf8"));

/** The whole page, made of rows that were read at this time (milliseconds since 1970). */
export function reportPage({ subscriptions, orders, products }: Rows, now: number): string {
  const mrr = [...mrrByCurrency(subscriptions, now)].sort(byCurrency);
  const revenue = [...revenueByCurrency(orders, products, now)].sort(byCurrency);
  const tiles = [
    ...mrr.map(([currency, months]) => mrrTile(currency, months)),
    subscriptionsTile(mrr.map(([, months]) => months)),
    ...mrr.map(([currency, months]) => churnTile(currency, months, now)),
    ...revenue.map(([currency, all]) => revenueTile(currency, all, now)),
  ];
  const figures = [
    ...mrr.flatMap(([currency, months]) => [
      mrrFigure(currency, months),
      movementFigure(currency, months),
      churnFigure(currency, months),
    ]),
    ...revenue.map(([currency, all]) => revenueFigure(currency, all)),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Subscriptions and revenue</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Subscriptions and revenue</h1>
<p>As of <time datetime="${new Date(now).toISOString()}">${timeTitle(now)} UTC</time>. The last month is not over yet.</p>
</header>
<div class="tiles">${tiles.map(tileOf)}</div>
<main>
${figures.map(sectionOf)}
${cohortSection(cohortsByMonth(subscriptions, now).slice(-COHORTS))}
</main>
</body>
</html>
`;
  return page.toString();
}

const byCurrency = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

const timeTitle = (time: number): string =>
  new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(
    time,
  );

const tileOf = ({ label, value, note }: Tile): Html => html`<dl class="tile">
<dt>${label}</dt>
<dd class="value">${value}</dd>
<dd class="note">${note}</dd>
</dl>`;

function sectionOf(figure: Figure): Html {
  const isEmpty = figure.months.length === 0;
  return html`<section id="${figure.id}">
<h2>${figure.title}</h2>
${isEmpty ? nothing : chartOf(figure)}
<p class="meaning">${figure.meaning}</p>
${isEmpty ? [] : numbersOf(figure)}
</section>`;
}

/** Drawn twice, since text must not shrink with the page: style.css shows the one that fits. */
const chartOf = (figure: Figure): Html => html`<div class="wide">${draw(figure, 560)}</div>
<div class="narrow">${draw(figure, 340)}</div>
${legendOf(figure)}`;

const nothing = html`<p class="nothing">There is nothing to show yet.</p>`;

const legendOf = ({ series }: Figure): Html => html`<ul class="legend">
${series.map(({ name, colour }) => html`<li><i style="background: var(--${colour})"></i>${name}</li>`)}
</ul>`;

/** What the marks stand for, for those who cannot hover or see. */
function numbersOf({ months, series }: Figure): Html {
  const rows = months.map(
    (month, at) => html`<tr><th scope="row">${monthTitle(month)}</th>
${series.map(({ points }) => html`<td>${points[at]?.text ?? ""}</td>`)}</tr>`,
  );
  return html`<details>
<summary>The numbers</summary>
<div class="scroll"><table>
<tr><th scope="col">Month</th>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr>
${rows}
</table></div>
</details>`;
}

function cohortSection(cohorts: readonly Cohort[]): Html {
  const months = Math.max(...cohorts.map(({ retained }) => retained.length), 0);
  const columns = Array.from({ length: months }, (_, at) => at);
  const rows = cohorts.map(
    ({
      month,
      customers,
      retained,
    }) => html`<tr><th scope="row">${monthTitle(month)}</th><td>${customers}</td>
${retained.map((count) => cellOf(count, customers))}</tr>`,
  );
  const table = html`<div class="scroll"><table class="cohorts">
<tr><th scope="col">Cohort</th><th scope="col">Customers</th>
${columns.map((at) => html`<th scope="col">${at}</th>`)}</tr>
${rows}
</table></div>`;
  return html`<section id="cohorts">
<h2>Retention by cohort</h2>
${months === 0 ? nothing : table}
<p class="meaning">Customers by the month in which they began to pay for a first subscription, and the share that paid for one at the end of that month (0), of the next one (1), and so on.</p>
</section>`;
}

function cellOf(count: number, customers: number): Html {
  const share = count / customers;
  // Squared: most cohorts keep most of their customers, and must look different all the same.
  const heat = `--share: ${(100 * share ** 2).toFixed(1)}%`;
  return html`<td class="share" style="${heat}" title="${count} of ${customers} customers">${Math.round(100 * share)}%</td>`;
}
