import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { about } from "../../src/cli/about.ts";
import { describeSettings } from "../../src/config/describe-settings.ts";

const names = describeSettings().map(({ name }) => name);

describe("about", () => {
  it("tells machines the capabilities and the secret", () => {
    const content = JSON.parse(about("json"));
    expect(content.capabilities).toContain("discover");
    expect(content.settings[0]).toMatchObject({ name: "access_token", sensitive: true });
  });

  it("tells people every setting in a table", () => {
    const rows = about("markdown").matchAll(/^\| `(\w+)` \|/gm);
    expect([...rows].map(([, name]) => name)).toEqual(names);
  });

  it("defines the plugin for Meltano", () => {
    const { settings, ...plugin } = parse(about("meltano"));
    expect(plugin).toMatchObject({ namespace: "tap_polar", executable: "tap-polar" });
    expect(settings.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(settings).toContainEqual(expect.objectContaining({ name: "select", kind: "array" }));
  });
});
