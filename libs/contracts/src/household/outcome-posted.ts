import { sealedSize, type SealedContract } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes, IsDayText, IsVersion } from '../core/shapes.js';

export const OUTCOME_POSTED_SIZE_BYTES = 1984;

export interface OutcomePosted {
  box: string;
  version: number;
  lastDay: string;
  sealed: string;
}

/** The payload by which a service puts a message into a household's box at intake, which cannot open it. */
export function outcomePostedOf(message: SealedContract): new () => OutcomePosted {
  class Posted implements OutcomePosted {
    @Field({ data: 'pseudonym', purpose: 'which box; a hash of the key that opens it' })
    @IsBytes(32)
    box!: string;

    @Field({ data: 'operational', purpose: 'the higher version replaces the lower' })
    @IsVersion()
    version!: number;

    @Field({ data: 'operational', purpose: 'the box is emptied after it' })
    @IsDayText()
    lastDay!: string;

    @Field({ data: 'sealed', purpose: 'the message, for the household alone' })
    @IsBytes(sealedSize(message))
    sealed!: string;
  }
  return Posted;
}
