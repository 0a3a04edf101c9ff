import { ListPage, ListReader } from "../../src/polar/list.ts";
import { Page } from "../../src/polar/page.ts";

/** Reads as always, and knows how many pages and single answers nobody has given back. */
export class HoldingReader extends ListReader {
  held = 0;

  override async read(...request: Parameters<ListReader["read"]>): Promise<ListPage> {
    const page = await super.read(...request);
    return this.#hold(page, () => ListPage.prototype.release.call(page));
  }

  override async readOnce(...request: Parameters<ListReader["readOnce"]>): Promise<Page> {
    const page = await super.readOnce(...request);
    return this.#hold(page, () => Page.prototype.release.call(page));
  }

  #hold<P extends object>(page: P, release: () => void): P {
    this.held++;
    return Object.assign(page, {
      release: () => {
        this.held--;
        release();
      },
    });
  }
}
