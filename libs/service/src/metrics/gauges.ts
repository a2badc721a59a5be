import { Gauge, type Registry } from 'prom-client';

/** Declares gauges that read one state at each scrape. An undefined value is shown as none, never as the last one. */
export function gaugesOf<T>(registry: Registry, prefix: string, read: () => T | Promise<T>) {
  return (name: string, help: string, value: (now: T) => number | undefined): void => {
    const metric: Gauge = new Gauge({
      name: `${prefix}_${name}`,
      help,
      registers: [registry],
      collect: async () => {
        const now = value(await read());
        if (now === undefined) metric.remove();
        else metric.set(now);
      },
    });
  };
}
