import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A source of money and its rules, from the profile. */
@Entity({ name: 'fund' })
export class Fund {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'fund_key' })
  code!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text', array: true, name: 'payout_methods' })
  payoutMethods!: string[];

  @Column({ type: 'boolean', name: 'may_pay_grants' })
  mayPayGrants!: boolean;
}
