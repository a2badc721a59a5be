/** An operation that a member of staff requests. Neither field identifies a person: `by` is a pseudonym. */
export interface Attempt {
  readonly operation: string;
  readonly by: string;
}

/** A request that staff signed. If it is refused, the log names the attempt. */
export interface AttemptRequest {
  attempt?: Attempt;
}
