import type { Admin, Kafka } from 'kafkajs';

/** One administrative connection. It is opened when first needed, and again after it was lost. */
export class AdminConnection {
  private connected: Promise<Admin> | undefined;

  constructor(private readonly client: Kafka) {}

  get(): Promise<Admin> {
    this.connected ??= this.connect().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    return this.connected;
  }

  async close(): Promise<void> {
    const admin = await this.connected?.catch(() => undefined);
    await admin?.disconnect().catch(() => undefined);
    this.connected = undefined;
  }

  private async connect(): Promise<Admin> {
    const admin = this.client.admin();
    admin.on(admin.events.DISCONNECT, () => {
      this.connected = undefined;
    });
    await admin.connect();
    return admin;
  }
}
