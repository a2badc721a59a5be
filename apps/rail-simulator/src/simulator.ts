import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { systemClock, useSetting, type Certificate, type Clock } from '#libs/service';
import { JournalStore } from './journal.store.js';
import { RailSimulatorModule } from './rail-simulator.module.js';

export interface SimulatorOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly host?: string;
  /** Folder of the journal; created if it does not exist. */
  readonly journal: string;
  readonly clock?: Clock;
  /** With it, the simulator speaks TLS. */
  readonly certificate?: Certificate;
}

export interface Simulator {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 4_096;

/** Starts the simulator of the cash-code partner and of the carrier of texts. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port, host = '127.0.0.1', journal, clock = systemClock, certificate } = options;
  const store = await useSetting('JOURNAL', () => JournalStore.open(journal));
  // Closes connections by force, so that unanswered callers cannot prevent a stop.
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    forceCloseConnections: true,
    ...(certificate === undefined ? {} : { https: certificate.options }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(RailSimulatorModule.of(store, clock), adapter, {
    logger: false,
    abortOnError: false,
  });
  await useSetting('PORT', () => app.listen(port, host));
  const { port: actual } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${host}:${actual}`,
    async close() {
      await app.close();
      await store.close();
    },
  };
}
