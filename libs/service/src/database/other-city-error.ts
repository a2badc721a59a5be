/** The database holds the data of a city other than the profile's. */
export class OtherCityError extends Error {
  override readonly name = 'OtherCityError';
  readonly code = 'other-city';

  constructor() {
    super(
      'The database holds the data of another city; start with the profile of that city, or with an empty database.',
    );
  }
}
