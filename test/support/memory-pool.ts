type Listener = (error: Error) => void;

interface MemoryClient {
  query(text: string): Promise<{ rows: object[]; rowCount: number }>;
  on(event: string, listener: Listener): void;
  off(event: string, listener: Listener): void;
  release(): void;
}

/** A pool in memory. What is added in a transaction that is rolled back is gone. */
export interface MemoryPool<T> {
  readonly committed: readonly T[];
  /** Adds to the present transaction. */
  add(...entries: readonly T[]): void;
  connect(): Promise<MemoryClient>;
  on(event: string, listener: Listener): void;
}

export function memoryPool<T>(): MemoryPool<T> {
  const committed: T[] = [];
  let open: T[] = [];
  const client: MemoryClient = {
    query: (text) => {
      if (text === 'COMMIT') committed.push(...open);
      if (text === 'BEGIN' || text === 'COMMIT' || text === 'ROLLBACK') open = [];
      return Promise.resolve({ rows: [], rowCount: 0 });
    },
    on: () => undefined,
    off: () => undefined,
    release: () => undefined,
  };
  return {
    committed,
    add: (...entries) => void open.push(...entries),
    connect: () => Promise.resolve(client),
    on: () => undefined,
  };
}
