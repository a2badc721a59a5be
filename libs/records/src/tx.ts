/** One open transaction of the service's own database; a `pg` client inside BEGIN … COMMIT fits. */
export interface Tx {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows have the shape that the statement gives them
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>;
  /** Says that this object is never used for a second transaction, so that what was read once may be kept with it. */
  readonly once?: true;
}
