import { startSimulator } from "./index.ts";
const s = await startSimulator({ sizes: {orders: Number(process.argv[2] ?? 450)}, renderedAhead: true });
const get = async (p: string) => { const r = await fetch(s.url + p, { headers: { authorization: `Bearer ${s.accessToken}` } }); return { status: r.status, headers: [...r.headers], text: await r.text() }; };
for (const p of ["benefits","checkouts","custom-fields","customer-meters","customers","discounts","files","meters","orders","organizations","products","refunds","subscriptions"]) {
  const r = await get(`/v1/${p}/?limit=100`);
  const j = JSON.parse(r.text);
  console.log(p, r.status, j.pagination, r.text.length / j.items.length, new Set(j.items.map((i: any) => i.id)).size);
}
console.log((await get("/v1/orders/?limit=abc&product_id=not-a-uuid&sorting=nope")).text);
const walk = async (q: string) => { const ids = new Set(); let n = 0; for (let p = 1; ; p++) { const j = JSON.parse((await get(`/v1/orders/?${q}&page=${p}`)).text); for (const i of j.items) { ids.add(i.id); n++; } if (p >= j.pagination.max_page) break; } console.log(q, n, ids.size); };
await walk("limit=100"); await walk("limit=100&sorting=created_at");await walk("limit=100&sorting=-created_at");await walk("limit=100&sorting=amount");await walk("limit=100&sorting=status"); await walk("limit=100&sorting=created_at&sorting=invoice_number"); await walk("limit=10&sorting=created_at&sorting=invoice_number");
const t = performance.now(); let bytes = 0; 
for (let p = 1; p <= 200; p++) bytes += (await get(`/v1/orders/?limit=100&sorting=created_at&sorting=invoice_number&page=${1 + p % 4}`)).text.length;
console.log((performance.now() - t) / 200, "ms per page incl fetch", bytes / 200);
await s.close();
