/** The webhook deliveries that changes make: one to each endpoint that wants their type. */
import type { Data } from "../data.ts";
import { timeText } from "../time.ts";

export class Deliveries {
  readonly #data: Data;

  constructor(data: Data) {
    this.#data = data;
  }

  /** Delivers the row as it is now. */
  deliver(type: string, list: string, id: string, now: number): void {
    const endpoints = this.#data.table("webhook_endpoints");
    for (const index of endpoints.indexes()) {
      const { enabled, events, format } = JSON.parse(endpoints.text(index));
      if (endpoints.isHidden(index) || enabled !== true || !events.includes(type)) continue;
      const payload = format === "raw" ? this.#payload(type, list, id, now) : chatMessage(type);
      const webhook_event = {
        created_at: timeText(now),
        modified_at: null,
        id: this.#data.newId("webhook_event"),
        last_http_code: 200,
        succeeded: true,
        skipped: false,
        payload,
        type,
        is_archived: false,
      };
      const given = { succeeded: true, http_code: 200, response: "{}", webhook_event };
      this.#data.insert("webhook_deliveries", given, { endpoint: endpoints.id(index) }, now);
    }
  }

  /** As Python's JSON writer puts it, on the outside. */
  #payload(type: string, list: string, id: string, now: number): string {
    const table = this.#data.table(list);
    const timestamp = timeText(now).replace("Z", "+00:00");
    const row = table.text(table.indexOf(id));
    return `{"type": "${type}", "timestamp": "${timestamp}", "data": ${row}}`;
  }
}

/** Chats get sentences instead of rows. */
const chatMessage = (type: string): string => `{"content": "${type}", "embeds": []}`;
