/** Whether somebody has seen a household, by the name that payments has for it. */
export interface PresenceLink {
  /** The case whose facts name this household, base64url. The first one keeps it: one presence shows one case. */
  readonly householdRef?: string;
  readonly isSeen: boolean;
  /** The last day of the link. */
  readonly until: number;
}

/** Days since 1970-01-01. */
export interface Until {
  /** No application or presence that belongs to the link can arrive after this. */
  readonly nothingOlder: number;
  /** No household can be seen in time after this. */
  readonly presence: number;
}

/** Links a case that nobody has seen. @returns the link, and whether the household was seen already */
export function linkCase(
  link: PresenceLink | undefined,
  householdRef: string,
  until: Until,
): { readonly link: PresenceLink; readonly isSeen: boolean } {
  if (link !== undefined && link.householdRef !== undefined && link.householdRef !== householdRef) {
    return { link, isSeen: false };
  }
  const isSeen = link?.isSeen ?? false;
  return { link: { householdRef, isSeen, until: Math.max(link?.until ?? 0, until.presence) }, isSeen };
}

/** Notes that somebody has seen the household, before or after its facts arrive. */
export function confirm(link: PresenceLink | undefined, until: Until): PresenceLink {
  return { ...link, isSeen: true, until: Math.max(link?.until ?? 0, until.nothingOlder) };
}
