/** `npm run demo -- --report`, typed in a fresh copy of this repository; its page in a real browser. */
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  churnFigure,
  type Figure,
  movementFigure,
  mrrFigure,
  revenueFigure,
} from "../../scripts/report/figures.ts";
import { reportPage } from "../../scripts/report/page.ts";
import { revenueByCurrency } from "../../scripts/report/revenue.ts";
import { type Rows, readRows } from "../../scripts/report/rows.ts";
import { cohortsByMonth, mrrByCurrency } from "../../scripts/report/subscriptions.ts";
import { order } from "../report/rows.ts";
import { freshCopy } from "../support/pages.ts";
import { workFolder } from "../support/processes.ts";
import { runProgram } from "./programs.ts";
import { describeWith, browser as installed } from "./tools.ts";

describeWith(["browser"], "npm run demo -- --report", () => {
  let browser: Browser;
  let folder: string;
  let printed: string;
  let file: string;
  let rows: Rows;

  beforeAll(async () => {
    folder = join(await workFolder(), "tap-polar");
    await freshCopy(folder);
    const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
    await symlink(modules, join(folder, "node_modules"));
    const { stdout, stderr, exitCode } = await runProgram(
      "npm",
      ["run", "demo", "--", "--report"],
      { cwd: folder },
    );
    expect(exitCode, stderr).toBe(0);
    printed = stdout;
    file = pathToFileURL(join(folder, "output/report.html")).href;
    rows = await readRows(join(folder, "output"));
    const { program, env } = installed();
    browser = await chromium.launch({
      executablePath: program,
      // Chromium runs as root only without its sandbox. The page is our own.
      chromiumSandbox: false,
      env: { ...process.env, ...env },
    });
  });
  afterAll(() => browser?.close());

  interface Opened {
    readonly page: Page;
    /** What the browser complained of. */
    readonly complaints: readonly string[];
    /** All that was asked for. */
    readonly requests: readonly string[];
  }

  async function open(
    url: string,
    width: number,
    colorScheme: "light" | "dark" = "light",
  ): Promise<Opened> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    return { page, complaints, requests };
  }

  /** When the page says that the rows were read. */
  const timeOf = async (page: Page): Promise<number> =>
    Date.parse((await page.locator("time").getAttribute("datetime")) ?? "");

  function figuresAt(now: number): readonly Figure[] {
    const { subscriptions, orders, products } = rows;
    return [
      ...[...mrrByCurrency(subscriptions, now)].flatMap(([currency, months]) => [
        mrrFigure(currency, months),
        movementFigure(currency, months),
        churnFigure(currency, months),
      ]),
      ...[...revenueByCurrency(orders, products, now)].map(([currency, revenue]) =>
        revenueFigure(currency, revenue),
      ),
    ];
  }

  test("says where the page is, and it opens without a complaint or the network", async () => {
    expect(printed.split("\n").slice(-2)).toEqual([
      "Charts of MRR, churn, revenue and cohorts are in output/report.html. Open it in a browser:",
      `  ${file}`,
    ]);
    const { complaints, requests } = await open(file, 1280);

    expect(complaints).toEqual([]);
    expect(requests).toEqual([file]);
  });

  test.each([
    [1280, "wide"],
    [390, "narrow"],
  ])("at %i pixels, every chart has its marks, and nothing sticks out", async (width, shown) => {
    const { page } = await open(file, width);
    const figures = figuresAt(await timeOf(page));

    expect(figures.map(({ id }) => id)).toEqual([
      "mrr-usd",
      "movements-usd",
      "churn-usd",
      "revenue-usd",
    ]);
    for (const { id, kind, months, series } of figures) {
      const values = series.flatMap(({ points }) => points.map(({ value }) => value));
      const mark = kind === "line" ? "[aria-label=dot] circle" : "[aria-label=bar] rect";
      const expected = kind === "line" ? months.length : values.filter((value) => value).length;
      const marks = page.locator(`#${id} ${mark}`).filter({ visible: true });
      expect([id, await marks.count()]).toEqual([id, expected]);
      expect(expected).toBeGreaterThan(5);
      expect(await page.locator(`#${id} .${shown}`).isVisible()).toBe(true);
    }
    const cohorts = cohortsByMonth(rows.subscriptions, await timeOf(page)).slice(-12);
    const cells = cohorts.flatMap(({ customers, retained }) =>
      retained.map((count) => `${count} of ${customers} customers`),
    );
    expect(cells.length).toBeGreaterThan(30);
    const titles = page.locator("#cohorts .share");
    expect(
      await titles.evaluateAll((all) => all.map((cell) => cell.getAttribute("title"))),
    ).toEqual(cells);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBe(0);
  });

  test("the tiles are the figures of the rows", async () => {
    const { page } = await open(file, 1280);
    const now = await timeOf(page);
    const dollars = (cents: bigint) =>
      (Number(cents) / 100).toLocaleString("en", { style: "currency", currency: "usd" });
    const paying = rows.subscriptions.filter(
      ({ ended_at, trial_end, status }) =>
        (ended_at ?? now) >= now &&
        (trial_end ?? 0) < now &&
        status !== "paused" &&
        status !== "unpaid",
    );
    const mrr = paying.reduce(
      (sum, { amount, recurring_interval }) =>
        sum + (recurring_interval === "year" ? (amount + 6n) / 12n : amount),
      0n,
    );
    const paid = rows.orders.filter((each) => each.paid);
    const revenue = paid.reduce((sum, each) => sum + each.net_amount - each.refunded_amount, 0n);

    const values = await page.locator(".tile .value").allTextContents();
    expect(values).toHaveLength(4);
    expect(values.slice(0, 2)).toEqual([dollars(mrr), String(paying.length)]);
    const notes = await page.locator(".tile .note").allTextContents();
    const churn = mrrByCurrency(rows.subscriptions, now)
      .get("usd")
      ?.findLast(({ month }) => month.end <= now);
    expect(notes[2]).toBe(`${churn?.customersLost} of ${churn?.customersAtStart} customers`);
    expect(notes[3]).toContain(`${dollars(revenue)} since`);
  });

  test("is light or dark, as the reader likes it", async () => {
    const backgrounds = await Promise.all(
      (["light", "dark"] as const).map(async (scheme) => {
        const { page } = await open(file, 1280, scheme);
        return page.evaluate("getComputedStyle(document.body).backgroundColor");
      }),
    );
    expect(backgrounds).toEqual(["rgb(244, 246, 250)", "rgb(17, 21, 29)"]);
  });

  test("a product's name is shown as it is, and runs nothing", async () => {
    const name = `<script>alert("name")</script><img src=x onerror="alert('image')">`;
    const sold = { subscriptions: [], orders: [order({ product_id: "p" })] };
    const path = join(await workFolder(), "report.html");
    const now = Date.UTC(2026, 1, 10);
    await writeFile(path, reportPage({ ...sold, products: [{ id: "p", name }] }, now));
    const { page, complaints, requests } = await open(pathToFileURL(path).href, 390);

    expect(await page.locator(".legend li").allTextContents()).toContain(name);
    expect(await page.locator("script, img").count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(path).href]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });
});
