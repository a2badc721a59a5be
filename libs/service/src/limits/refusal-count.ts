import { Injectable } from '@nestjs/common';

/** The only trace of a refused request: a count, which the metrics show once an hour. */
@Injectable()
export class RefusalCount {
  private refused = 0;

  get count(): number {
    return this.refused;
  }

  note(): void {
    this.refused += 1;
  }
}
