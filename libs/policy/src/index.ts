export { caseClocksOf, type CaseClocks, type Retention } from './retention.js';
export type { Fund, Grants, Release, SizeBand } from './money.js';
export * from './profile.js';
export { recordLimits } from './record-limits.js';
export { ProfileError, type ProfileProblem } from './reader.js';
export * from './public.js';
