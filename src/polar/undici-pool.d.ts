/** undici types its index only; this is the file behind it that is loaded. */
declare module "undici/lib/dispatcher/pool.js" {
  import { Pool } from "undici";
  export = Pool;
}
