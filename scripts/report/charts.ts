/** Draws figures as SVG, by Observable Plot. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Figure } from "./figures.ts";
import { Html } from "./html.ts";
import { type Month, monthTitle } from "./months.ts";

/** What the title of a month needs, in pixels. */
const WIDTH_OF_TICK = 48;

/** An SVG of this width in pixels. A bar has a part for each series that is not zero. */
export function draw(figure: Figure, width: number): Html {
  const { document } = parseHTML("<html></html>");
  const marks = figure.months.flatMap((month, at) =>
    figure.series.map(({ name, colour, points }) => {
      const { value, text } = points[at] ?? { value: 0, text: "" };
      const title = `${monthTitle(month)}, ${name}: ${text}`;
      return { month: month.name, value, title, colour: `var(--${colour})` };
    }),
  );
  const place = { x: "month", y: "value" };
  const line = [
    Plot.areaY(marks, { ...place, fill: "colour", fillOpacity: 0.15 }),
    Plot.lineY(marks, { ...place, stroke: "colour", strokeWidth: 2 }),
    Plot.dot(marks, { ...place, fill: "colour", r: 4, title: "title" }),
  ];
  const bars = Plot.barY(
    marks.filter(({ value }) => value !== 0),
    { ...place, fill: "colour", title: "title" },
  );
  const step = Math.ceil((figure.months.length * WIDTH_OF_TICK) / width);
  const ticks = figure.months.filter((_, at) => at % step === 0);
  const svg: string = Plot.plot({
    document,
    width,
    height: 240,
    marginTop: 12,
    marginLeft: 52,
    marginRight: 4,
    marginBottom: 40,
    ariaLabel: figure.title,
    style: { fontSize: "12px" },
    x: { type: "band", domain: figure.months.map(({ name }) => name), padding: 0.25 },
    y: { nice: true },
    // The colours are variables of the page, and no scale can tell what lies between them.
    color: { type: "identity" },
    marks: [
      Plot.gridY({ ticks: 5 }),
      Plot.axisY({ ticks: 5, tickFormat: figure.tick, tickSize: 0, label: null }),
      Plot.axisX({
        ticks: ticks.map(({ name }) => name),
        tickFormat: (_: string, at: number) => tickTitle(ticks, at),
        tickSize: 0,
        label: null,
      }),
      figure.kind === "line" ? line : bars,
      Plot.ruleY([0]),
    ],
  }).outerHTML;
  return new Html(svg);
}

/** The month, and the year below it where a new one begins. */
function tickTitle(ticks: readonly Month[], at: number): string {
  const [month, year] = titleOf(ticks[at]);
  return year === titleOf(ticks[at - 1])[1] ? month : `${month}\n${year}`;
}

function titleOf(month: Month | undefined): readonly [month: string, year: string] {
  const [word = "", year = ""] = month === undefined ? [] : monthTitle(month).split(" ");
  return [word.slice(0, 3), year];
}
