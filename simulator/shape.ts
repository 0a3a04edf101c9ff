/** What rows that share a template have in common, or what a changed row is. */
import { type Form, type Json, type Key, Lookup, type Properties, Slot, Template } from "./json.ts";
import type { World } from "./world.ts";

interface Text {
  readonly template: Template;
  readonly version: number;
}

export class Shape {
  readonly properties: Properties;
  readonly keys: Readonly<Record<string, Key | Slot | Lookup>>;
  readonly #world: World;
  #whole: Text | null = null;
  readonly #parts = new Map<Form, Text>();

  constructor(properties: Properties, keys: Shape["keys"], world: World) {
    this.properties = properties;
    this.keys = keys;
    this.#world = world;
  }

  /** The text of the rows or of a part of them, with other rows in it as they are now. */
  text(form?: Form): Template {
    const known = form === undefined ? this.#whole : this.#parts.get(form);
    const version = this.#world.copies;
    if (known && (known.template.settled || known.version === version)) return known.template;
    const template = new Template(form === undefined ? this.properties : form(this.properties));
    if (form === undefined) this.#whole = { template, version };
    else this.#parts.set(form, { template, version });
    return template;
  }

  key(index: number, name: string): Key {
    const key = this.keys[name] ?? null;
    return key instanceof Slot || key instanceof Lookup ? key.key(index) : key;
  }

  /** Whether a key depends on other rows, which may change. */
  looksUp(name: string): boolean {
    return this.keys[name] instanceof Lookup;
  }

  property(name: string): Json {
    return this.properties[name] ?? null;
  }
}
