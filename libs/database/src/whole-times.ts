const secondsOf = { hour: 3_600, minute: 60 } as const;

/**
 * Returns SQL for a CHECK: the time in this column is a whole hour or minute, or empty. What the database refuses no
 * code can store by mistake: a time with seconds would show the moment of a household.
 */
export function wholeTimes(column: string, unit: keyof typeof secondsOf): string {
  return `extract(epoch FROM ${column}) % ${secondsOf[unit]} = 0`;
}
