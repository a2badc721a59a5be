/** The books of payments, as its own door tells them. */
export interface Books {
  readonly balanced: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly accounts: Readonly<Record<string, string>>;
  readonly slots: Readonly<Record<string, number>>;
  readonly obligations: Readonly<Record<string, number>>;
  readonly hold: string | null;
}

export interface HealthNow {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean | number | string>>;
}

export async function readJson<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  return (await answer.json()) as T;
}

export function booksOf(paymentsUrl: string): Promise<Books> {
  return readJson<Books>(`${paymentsUrl}/v1/books`);
}

export function healthOf(url: string): Promise<HealthNow> {
  return readJson<HealthNow>(`${url}/health/ready`);
}
