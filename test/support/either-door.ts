import type { AcceptedV1, DirectoryV1, FileRequestV1, SubmitApplicationV1 } from '#libs/contracts';
import { Door, HouseholdError, type DoorOptions, type Household, type Messages } from '#libs/household';

/** A client of several addresses, as behind a load balancer: if one does not answer, it asks the next one. */
export class EitherDoor extends Door {
  readonly #doors: readonly Door[];
  #first: number;

  /** @param first the address that is asked first, so that devices spread over all */
  constructor(urls: readonly string[], options: Omit<DoorOptions, 'url'>, first = 0) {
    super({ ...options, url: urls[0] as string });
    this.#doors = urls.map((url) => new Door({ ...options, url }));
    this.#first = first % urls.length;
  }

  override directory(): Promise<DirectoryV1> {
    return this.#ask((door) => door.directory());
  }

  override profile(): Promise<unknown> {
    return this.#ask((door) => door.profile());
  }

  override submit(application: SubmitApplicationV1): Promise<AcceptedV1> {
    return this.#ask((door) => door.submit(application));
  }

  override file(request: FileRequestV1): Promise<void> {
    return this.#ask((door) => door.file(request));
  }

  override readBoxes(household: Household): Promise<Messages> {
    return this.#ask((door) => door.readBoxes(household));
  }

  async #ask<T>(call: (door: Door) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call(this.#doors[this.#first] as Door);
      } catch (error) {
        const isAway = error instanceof HouseholdError && error.code === 'unreachable';
        if (!isAway || tries >= this.#doors.length) throw error;
        this.#first = (this.#first + 1) % this.#doors.length;
      }
    }
  }
}
