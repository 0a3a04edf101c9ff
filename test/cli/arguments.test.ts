import { describe, expect, it } from "vitest";
import { HELP, parseArguments } from "../../src/cli/arguments.ts";
import { UserInputError } from "../../src/shared/errors.ts";

function mistakesIn(...args: string[]): readonly string[] {
  try {
    parseArguments(args);
  } catch (error) {
    if (error instanceof UserInputError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("parseArguments", () => {
  it("reads what Meltano gives to a sync", () => {
    const args = ["--config", "c.json", "--catalog", "p.json", "--state", "s.json"];
    expect(parseArguments(args)).toEqual({
      kind: "sync",
      config: ["c.json"],
      catalog: "p.json",
      state: "s.json",
    });
  });

  it("reads what Meltano gives to a discovery", () => {
    const args = ["--config", "c.json", "--state", "s.json", "--discover"];
    expect(parseArguments(args)).toEqual({ kind: "discover", config: ["c.json"] });
  });

  it("takes several configs in their order, ENV among them", () => {
    expect(parseArguments(["--config=a.json", "--config=ENV", "--config", "b.json"])).toMatchObject(
      {
        config: ["a.json", "ENV", "b.json"],
      },
    );
  });

  it("knows --properties as another name for --catalog", () => {
    expect(parseArguments(["--properties", "p.json"])).toMatchObject({ catalog: "p.json" });
  });

  it.each([
    [["--help"], "help"],
    [["-h", "--discover"], "help"],
    [["--version"], "version"],
    [["--about"], "about"],
    [["--test"], "test"],
    [["check", "--config", "c.json"], "word"],
    [[], "sync"],
  ])("%j asks for %s", (args, kind) => {
    expect(parseArguments(args).kind).toBe(kind);
  });

  it.each([
    ["--confg", '--confg: is no option of tap-polar; did you mean "--config"?'],
    ["--frobnicate", "--frobnicate: is no option of tap-polar; --help lists them"],
    ["-x", "-x: is no option of tap-polar; --help lists them"],
    ["--config", "--config: needs the path of a file behind it"],
    ["--state=", "--state: needs the path of a file behind it"],
    ["--discover=yes", "--discover: takes no value"],
    ["--select", "--select: needs patterns such as orders,!orders.customer behind it"],
    ["--format", "--format: needs one of json, markdown, meltano behind it"],
    ["--config config.json check", "check: stands first: tap-polar check …"],
    ["chekc", 'chekc: is no command of tap-polar; did you mean "check"?'],
    ["a.json", "a.json: stands alone; files are given as --config, --catalog or --state FILE"],
  ])("refuses %s in one line", (argument, line) => {
    expect(mistakesIn(...argument.split(" "))).toEqual([line]);
  });

  it("takes patterns from several --select, with commas or without", () => {
    const args = ["--select", "orders, !orders.customer,", "--select=events", "--discover"];
    expect(parseArguments(args)).toMatchObject({
      select: ["orders", "!orders.customer", "events"],
    });
  });

  it("leaves what stands behind a command to the command", () => {
    expect(parseArguments(["state", "show", "state.json", "--help"])).toEqual({
      kind: "word",
      word: "state",
      args: ["show", "state.json", "--help"],
    });
  });

  it("knows the formats of --about", () => {
    expect(parseArguments(["--about", "--format", "markdown"])).toMatchObject({
      format: "markdown",
    });
    expect(mistakesIn("--about", "--format", "yaml")).toEqual([
      "--format: must be one of json, markdown, meltano",
    ]);
  });

  it("does not take an option for another's value", () => {
    expect(mistakesIn("--config", "--discover")).toEqual([
      "--config: needs the path of a file behind it",
    ]);
  });

  it("tells all mistakes at once", () => {
    expect(mistakesIn("x.json", "--confg", "--state")).toHaveLength(3);
  });

  it.each([
    [["--access_token", "s3cret"], "--access_token: settings are no options; put access_token"],
    [["--access-token=s3cret"], "--access-token: settings are no options; put access_token"],
    [["--token", "s3cret"], "TAP_POLAR_ACCESS_TOKEN and give --config=ENV"],
    [["--api-key", "s3cret"], "put access_token into a file for --config"],
    [["--page-size", "50"], "--page-size: settings are no options; put page_size"],
    [["--config", '{"access_token": "s3cret"}'], "--config: needs the path of a file, not what"],
    [["--config", "polar_oat_s3cret"], "--config: needs the path of a file, not what belongs"],
    [["--catalog", ' {"streams": "s3cret"}'], "--catalog: needs the path of a file, not what"],
    [["--frobnicate", "s3cret"], "--frobnicate: is no option of tap-polar"],
  ])("says what to do instead of %j, and does not repeat the value", (args, told) => {
    const mistakes = mistakesIn(...args);
    expect(mistakes).toEqual([expect.stringContaining(told)]);
    expect(mistakes.join()).not.toContain("s3cret");
  });
});

it("the help names every option and fits a terminal", () => {
  for (const option of [
    "config",
    "discover",
    "catalog",
    "properties",
    "state",
    "select",
    "test",
    "summary",
  ]) {
    expect(HELP).toContain(`--${option}`);
  }
  expect(HELP.split("\n").length).toBeLessThan(25);
});
