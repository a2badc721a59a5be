/** Somebody of the city tells a service to do something. Neither word is a person's: the name is a pseudonym. */
export interface Attempt {
  readonly operation: string;
  readonly by: string;
}

/** A request by which staff has signed to have something done: whoever refuses it says so in the log. */
export interface AttemptRequest {
  attempt?: Attempt;
}
