import type { TableDeclarations } from '#libs/database';

const AS_THE_LEDGER = 'as long as the ledger exists';

/** The tables of payments, and what its role may do with them. */
export const paymentsTables: TableDeclarations = {
  fund: {
    meaning: 'Sources of money and what each may pay.',
    kept: AS_THE_LEDGER,
    columns: {
      code: 'Code of the fund in the profile.',
      kind: 'Whose money it is: private, city, county, state or federal.',
      payout_methods: 'Payout methods that it may pay.',
      may_pay_grants: 'Whether it may pay grants at all.',
    },
    // TypeORM's `upsert` writes the key too, with the value that it has.
    rights: { insert: true, update: ['code', 'kind', 'payout_methods', 'may_pay_grants'] },
  },
  account: {
    meaning: 'Accounts of the ledger and their balances.',
    kept: AS_THE_LEDGER,
    columns: {
      name: 'Fund and account: available, reserved, in-flight, outstanding, paid or given.',
      balance_cents: 'Sum of its entries, in cents.',
    },
    rights: { insert: true, update: ['balance_cents'] },
  },
  chain: {
    meaning: 'One hash for each commit of the ledger. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      hash: 'Hash over the commit and the hash before it.',
      day: 'Day of the commit (UTC).',
    },
    rights: { insert: true },
  },
  chain_head: {
    meaning: 'The newest link of the chain, in one row that each commit locks.',
    kept: AS_THE_LEDGER,
    columns: { is_head: 'Always true: there is one row.', seq: 'Number of the newest commit.', hash: 'Its hash.' },
    rights: { update: ['seq', 'hash'] },
  },
  entry: {
    meaning: 'Entries of the ledger, two for each posting. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      line: 'Order in the commit.',
      account: 'Account that changes.',
      amount_cents: 'Change in cents; the entries of one commit sum to zero.',
      obligation: 'Obligation that it is for; empty for deposits.',
    },
    rights: { insert: true },
  },
  obligation: {
    meaning: 'What the city owes for one grant. It holds no person.',
    kept: AS_THE_LEDGER,
    columns: {
      id: 'Keyed hash of the grant.',
      kind: 'rapid or standard.',
      amount_cents: 'Amount of the grant, in cents.',
      needs: 'Needs that the grant is for: they decide which fund may pay.',
      tier: 'Urgency on the waiting list.',
      service_area: 'Area of several hundred thousand people, for reports.',
      status: 'open, reserved, waiting-list or closed.',
      fund: 'Fund that pays it; empty while none does.',
      decision_trace: 'Decision trace: policy, rules, evidence class, pseudonym of the reviewer.',
      order_key: 'Order on the waiting list inside a tier.',
      day: 'Day on which it was written (UTC).',
    },
    rights: { insert: true, update: ['status', 'fund', 'order_key'] },
  },
  instrument: {
    meaning: 'Instruments: single payments, each at most the maximum of the profile.',
    kept: AS_THE_LEDGER,
    columns: {
      obligation: 'Obligation that it pays.',
      number: 'Number of the instrument in its obligation.',
      generation: 'Number of the try. A new one begins only after a definite no.',
      amount_cents: 'Amount in cents.',
      payout_method: 'Payout method.',
      site: 'Site whose hourly cap it counts against.',
      state: 'waiting-release, capped, intended, unknown, issued, collected, void or disputed.',
      secret_lost: 'Whether it is being voided, because its code is lost or it is taken back.',
      reference: 'Keyed hash under which the rail knows it.',
      seq: 'Number of the commit that changed it last.',
      tries: 'How often the rail was asked without an answer.',
      due: 'When it is looked at again; empty for never.',
      lease: 'Until when a process has it.',
      batch: 'Batch in which people release it.',
      inquire_first: 'Whether the rail is asked before anything is sent.',
    },
    rights: {
      insert: [
        'obligation',
        'number',
        'generation',
        'amount_cents',
        'payout_method',
        'site',
        'state',
        'secret_lost',
        'reference',
        'seq',
        'due',
        'inquire_first',
      ],
      update: ['payout_method', 'state', 'secret_lost', 'seq', 'tries', 'due', 'lease', 'batch', 'inquire_first'],
    },
  },
  rapid_week: {
    meaning: 'How much of the share of rapid grants is used in a week.',
    kept: AS_THE_LEDGER,
    columns: { fund: 'Fund.', week: 'Monday of the week.', cents: 'Amount in cents.' },
    rights: { insert: true, update: ['cents'] },
  },
  site_hour: {
    meaning: 'How much was released without people at one site in one hour.',
    kept: AS_THE_LEDGER,
    columns: { site: 'Site.', hour: 'Beginning of the hour (UTC).', cents: 'Amount in cents.' },
    rights: { insert: true, update: ['cents'] },
  },
  batch: {
    meaning: 'Instruments that people release together.',
    kept: AS_THE_LEDGER,
    columns: {
      id: 'Random id.',
      maker: 'Pseudonym of the person who made it.',
      digest: 'Hash of exactly what is released.',
      state: 'made, released or void.',
    },
    rights: { insert: true, update: ['state'] },
  },
  approval: {
    meaning: 'People who have approved a batch.',
    kept: AS_THE_LEDGER,
    columns: { batch: 'Batch.', person: 'Pseudonym of the person.' },
    rights: { insert: true },
  },
  book_event: {
    meaning: 'What two people have decided together about the ledger. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      kind: 'freeze-lifted or dispute-resolved.',
      day: 'Day of the decision (UTC).',
      detail: 'What was decided and by which pseudonyms.',
    },
    rights: { insert: true },
  },
  proposal: {
    meaning: 'What the first of two people has agreed to.',
    kept: 'until the second person decides, or somebody proposes something else',
    columns: {
      about: 'What it is about.',
      digest: 'Hash of exactly what the person has seen.',
      person: 'Pseudonym of the person.',
    },
    rights: { insert: true, update: ['digest', 'person'], delete: true },
  },
  to_plan: {
    meaning: 'Obligations that wait to be planned until the ledger freeze is lifted.',
    kept: 'until they are planned',
    columns: { obligation: 'Obligation.' },
    rights: { insert: true, update: ['obligation'], delete: true },
  },
};
