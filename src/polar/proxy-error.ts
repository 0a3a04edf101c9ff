/** The proxy did not open a tunnel to the API: it refused, or was not there itself. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  /** `http://proxy.example.com:3128`, without user and password. */
  readonly address: string;
  /** What it answered, if it did. */
  readonly status: number | undefined;

  constructor(address: string, status: number | undefined, options?: ErrorOptions) {
    const { cause } = options ?? {};
    const why = status ?? (cause instanceof Error ? cause.message : "no answer");
    super(`no way through the proxy ${address} (${why})`, options);
    this.address = address;
    this.status = status;
  }
}
