import { describe, expect, it } from '@jest/globals';
import { describeContracts, forbiddenIn, type FieldDescription } from '../index.js';
import { forbiddenKinds, forbiddenNames } from './forbidden-names.js';

function namesOf(fields: readonly FieldDescription[]): string[] {
  return fields.flatMap((field) => [field.name, ...namesOf(field.fields ?? [])]);
}

/** The list with which the city began. Each of its words stays forbidden. */
const firstList = [
  'ssn', 'social_security', 'itin', 'alien', 'a_number', 'anumber', 'uscis', 'visa', 'passport', 'pasaporte',
  'matricula', 'consul', 'curp', 'dui', 'dpi', 'ine', 'citizen', 'ciudadan', 'immigra', 'migrator', 'status_legal',
  'legal_status', 'undocumented', 'birth_country', 'country_of', 'nationality', 'nacionalidad', 'place_of_birth',
  'birthplace', 'ethnic', 'race', 'tribe', 'religion', 'church', 'dob', 'birth_date', 'fecha_nac', 'latitude',
  'longitude', 'geo', 'ip_address', 'device_id', 'user_agent', 'street', 'address', 'domicilio', 'zip', 'postal',
  'employer', 'patron', 'workplace', 'raid_location', 'detainee', 'detention', 'language_pref', 'photo', 'image',
  'scan', 'fingerprint', 'plate',
]; // prettier-ignore

describe('names that may not exist', () => {
  it.each(firstList)('finds %s', (name) => expect(forbiddenIn(name)).toBeDefined());

  it.each([
    'nationalOrigin', 'asylum', 'deported', 'gps', 'lat', 'ip', 'fullName', 'apellido', 'idNumber', 'driversLicense',
    'taxId', 'birthYear', 'greenCard', 'homeStreet', 'dateOfBirth_place_of_birth', 'userAgent', 'ANumber', 'zipCode',
    'fullname', 'LASTNAME', 'first_name', 'primer-apellido', 'nombreCompleto', 'countryOfOrigin', 'país', 'paisNatal',
    'indocumentada', 'refugeeStatus', 'isCitizen', 'ciudadanía', 'clientIp', 'ipv4', 'remoteAddr', 'xForwardedFor',
    'SSNLast4', 'address2', 'dirección', 'calle1', 'passPort', 'visas', 'i94', 'I-94', 'licenciaDeConducir', 'cédula',
    'employerName', 'lugarDeTrabajo', 'policeReport', 'detenido', 'arrestedOn', 'iglesia', 'religiousGroup', 'gender',
    'fechaDeNacimiento', 'fechaNacimiento', 'edad', 'geolocation', 'coordinates', 'latLng', 'taxpayer_id',
    'seguroSocial',
  ])('finds %s', (name) => expect(forbiddenIn(name)).toBeDefined()); // prettier-ignore

  it.each([
    'trace', 'machine', 'geography', 'scanner', 'template', 'visaged', 'racer', 'engine', 'platform', 'description',
    'ship', 'relationship', 'script', 'zipper', 'policy', 'service', 'notice', 'price', 'recipient', 'plateau',
    'translate', 'calculate', 'latest', 'lateDays', 'status', 'phone', 'email', 'language', 'name', 'serviceArea',
    'receiptNumber', 'migration', 'grace', 'tracer', 'agent', 'session', 'device', 'message', 'ageMs', 'stage',
    'origins',
  ])('lets %s pass', (name) => expect(forbiddenIn(name)).toBeUndefined()); // prettier-ignore

  it('finds every entry of its own list in a camelCase and in a snake_case name, apart and together', () => {
    for (const entry of forbiddenNames) {
      const words = entry.replaceAll('*', '').split(' ');
      const camel = ['the', ...words]
        .map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
        .join('');
      const forms = [camel, `x_${words.join('_')}`, `X_${words.join('_').toUpperCase()}`, `${words.join('-')}-2`];
      if (words.join('').length >= 6) forms.push(words.join(''));
      expect([entry, ...forms.filter((form) => forbiddenIn(form) === undefined)]).toEqual([entry]);
    }
  });

  it('has each entry once, and many in every kind', () => {
    expect(new Set(forbiddenNames).size).toBe(forbiddenNames.length);
    for (const kind of Object.values(forbiddenKinds)) expect(kind.length).toBeGreaterThan(12);
  });

  it('no field of any contract has one', () => {
    const names = describeContracts().flatMap((contract) => namesOf(contract.fields));
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => forbiddenIn(name) !== undefined)).toEqual([]);
  });

  it('every field says what it is, why, and until when', () => {
    const check = (fields: readonly FieldDescription[]): void => {
      for (const field of fields) {
        expect([field.data, field.purpose, field.until].every((text) => text.length > 2)).toBe(true);
        check(field.fields ?? []);
      }
    };
    for (const contract of describeContracts()) check(contract.fields);
  });
});
