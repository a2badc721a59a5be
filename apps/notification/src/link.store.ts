import { isOutlived, type KindSpec, type RecordsTx } from '#libs/records';
import { bytes } from '#libs/sealing';
import { keptUntil, type Contact, type Links, type Notice } from './domain/contact.js';

/** What is known under a link token: whose it is, or what waits until that is known. */
interface Link {
  /** base64url */
  readonly handle?: string;
  readonly waiting: readonly Notice[];
  /** The last day on which it is kept. */
  readonly until: number;
}

const LINK = 'link';

/** The links of one transaction, locked, and written back where they have changed. */
export class LockedLinks {
  private readonly links = new Map<string, Link | undefined>();
  private readonly changed = new Set<string>();

  constructor(private readonly records: RecordsTx) {}

  async load(tokens: readonly string[]): Promise<void> {
    const missing = [...new Set(tokens)].filter((token) => !this.links.has(token));
    if (missing.length === 0) return;
    const found = await this.records.findForUpdate<Link>(LINK, missing.map(bytes));
    missing.forEach((token, at) => this.links.set(token, found[at]));
  }

  get(token: string): Link | undefined {
    return this.links.get(token);
  }

  /** Says whose a token is. @returns what has been waiting under it */
  claim(token: string, handle: string): readonly Notice[] {
    const link = this.links.get(token);
    if (link?.handle !== undefined) return [];
    this.set(token, { handle, waiting: [], until: link?.until ?? 0 });
    return link?.waiting ?? [];
  }

  set(token: string, link: Link): void {
    this.links.set(token, link);
    this.changed.add(token);
  }

  /** A link lives as long as the contact that it leads to. */
  async keepFor(handle: string, contact: Contact, contactDays: number): Promise<void> {
    if (contact.links === undefined) return;
    const until = keptUntil(contact, contactDays);
    const tokens = tokensIn(contact.links);
    await this.load(tokens);
    for (const token of tokens) {
      const link = this.links.get(token);
      // Whoever came first with a token keeps it: it was put into two slices of one household, and nowhere else.
      if (link?.handle !== handle && link?.handle !== undefined) continue;
      if (link?.until !== until) this.set(token, { handle, waiting: [], until });
    }
  }

  async save(): Promise<void> {
    const rows = [...this.changed].flatMap((token) => {
      const body = this.links.get(token);
      return body === undefined ? [] : [{ value: bytes(token), body }];
    });
    await this.records.save(LINK, rows);
  }
}

export function tokensIn({ eligibility, payments }: Links): readonly string[] {
  return [eligibility, payments];
}

export const linkKind: KindSpec = { kind: LINK, sizeBytes: 1_024, work: false, isOver: isOutlived };
