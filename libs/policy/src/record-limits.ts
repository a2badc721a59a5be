import type { Grants } from './money.js';
import type { ProfileReader } from './reader.js';

/** What records, ledger and messages can hold of one household. A profile that could produce more is refused. */
export const recordLimits = {
  /** The record of a household at payments holds this many codes that nobody has collected yet. */
  instruments: 6,
  /** The largest amount of one grant in contracts and in the ledger. */
  grantCents: 10_000_000n,
} as const;

/** Checks what a profile can produce against what can be stored, with the path of the value to change. */
export function checkRecordLimits(grants: ProfileReader, read: Grants): void {
  for (const { at, cents } of amountsOf(grants, read)) {
    if (cents > recordLimits.grantCents)
      at.problem(`is more than ${dollars(recordLimits.grantCents)}, the largest grant`);
  }
  const most = instrumentsOf(read);
  if (most > BigInt(recordLimits.instruments)) {
    grants
      .at('caps')
      .at('maxPerInstrumentUsd')
      .problem(
        `cuts the grants of one household into ${most} instruments; its record holds ${recordLimits.instruments}`,
      );
  }
}

interface AmountAt {
  readonly at: ProfileReader;
  readonly cents: bigint;
}

function amountsOf(grants: ProfileReader, { rapid, standard }: Grants): readonly AmountAt[] {
  const of = grants.at('standard');
  return [
    ...(rapid === undefined ? [] : [{ at: grants.at('rapid').at('amountUsd'), cents: rapid.amountCents }]),
    ...(standard.basis === 'actual-bill'
      ? [{ at: of.at('maxAmountUsd'), cents: standard.maxCents }]
      : of
          .at('byHouseholdSize')
          .list()
          .map((band, index) => ({ at: band.at('amountUsd'), cents: standard.bands[index]?.amountCents ?? 0n }))),
  ];
}

/** The most instruments of one household. A standard grant pays what the rapid grant has not. */
function instrumentsOf({ rapid, standard, perInstrumentCents }: Grants): bigint {
  if (perInstrumentCents === 0n) return 0n;
  const first = rapid?.amountCents ?? 0n;
  const largest =
    standard.basis === 'actual-bill' ? [standard.maxCents] : standard.bands.map(({ amountCents }) => amountCents);
  const counts = largest.map((cents) => piecesOf(first) + piecesOf(cents > first ? cents - first : 0n));
  return counts.reduce((most, count) => (count > most ? count : most), 0n);

  function piecesOf(cents: bigint): bigint {
    return (cents + perInstrumentCents - 1n) / perInstrumentCents;
  }
}

function dollars(cents: bigint): string {
  return `$${cents / 100n}`;
}
