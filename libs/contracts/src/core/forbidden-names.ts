/**
 * Names of data that is never asked and never stored, in English and Spanish, by kind. Spanish has no accents here. An
 * entry of several words matches a run of them, written apart or together. An entry that ends in `*` matches the
 * beginning of a word; any other also matches its plural.
 */
export const forbiddenKinds = {
  names: [
    'first name', 'last name', 'full name', 'middle name', 'maiden name', 'given name', 'family name', 'legal name',
    'real name', 'birth name', 'called by', 'person name', 'applicant name', 'child name', 'parent name', 'surname*',
    'forename*', 'nickname*', 'initials', 'apellido*', 'nombre*', 'apodo*', 'iniciales', 'firma', 'spouse*',
    'husband*', 'wife', 'conyuge*', 'esposo*', 'esposa*', 'hijo', 'hija', 'madre', 'padre', 'next of kin',
    'parentesco*', 'family member*', 'familiar*', 'emergency contact', 'school*', 'escuela*',
  ],
  origin: [
    'national origin', 'country*', 'pais', 'paises', 'homeland*', 'hometown*', 'native*', 'foreign*', 'extranjer*',
    'nationalit*', 'nacionalidad*', 'nacion', 'origen', 'place of origin', 'origin place', 'ethnic*', 'etnia*',
    'etnic*', 'race', 'racial*', 'raza*', 'tribe*', 'tribal*', 'tribu', 'indigen*', 'ancestry', 'ancestr*', 'accent',
    'acento', 'skin*', 'mother tongue', 'lengua*', 'idioma*', 'language pref*', 'preferred language',
    'primary language', 'home language', 'spoken language', 'entry date', 'date of entry', 'port of entry',
    'arrival date', 'date of arrival', 'fecha de entrada', 'fecha entrada', 'fecha llegada', 'border*', 'frontera*',
  ],
  status: [
    'asylum*', 'asylee*', 'asilo*', 'asilad*', 'refuge*', 'refugi*', 'deport*', 'removal order', 'removal proceeding',
    'notice to appear', 'undocumented', 'indocumentad*', 'documentad*', 'sin papeles', 'papers', 'papeles', 'illegal*',
    'ilegal*', 'legal status', 'status legal', 'estatus*', 'estado legal', 'migratory*', 'migratori*', 'migrant*',
    'migrator*', 'migra', 'immigra*', 'inmigra*', 'emigra*', 'citizen*', 'ciudadan*', 'noncitizen*', 'naturaliz*',
    'alien*', 'permanent resident', 'residente permanente', 'residency status', 'resident status', 'lpr', 'overstay*',
    'daca', 'tps', 'dreamer*', 'parole*', 'vawa', 'lawful presence', 'lawfully present', 'presencia legal',
  ],
  papers: [
    'passport*', 'pasaporte*', 'visa', 'green card', 'tarjeta verde', 'tarjeta de residen*', 'tarjeta residen*',
    'residence card', 'residence permit', 'i 94', 'i 9', 'ead', 'employment authorization*', 'work permit',
    'work authorization', 'permiso de trabajo', 'permiso trabajo', 'matricula*', 'consul', 'consular*', 'consulat*',
    'consulad*', 'birth cert*', 'acta de nac*', 'acta nac*', 'driver licen*', 'drivers licen*', 'driving licen*',
    'licencia*', 'license number', 'licence number', 'license plate', 'licence plate', 'plate', 'placa', 'id card',
    'id document', 'identity card', 'identity document', 'document number', 'document id', 'numero de documento',
    'numero documento', 'cedula*', 'credencial*', 'ine', 'ife', 'curp', 'dui', 'dpi', 'dni', 'nie', 'rut', 'cpf',
    'photo*', 'foto*', 'picture*', 'selfie*', 'image*', 'imagen*', 'video*', 'scan', 'escane*', 'fingerprint*',
    'huella*', 'biometri*', 'facial*', 'face', 'iris', 'retina*', 'dna', 'adn', 'voiceprint*',
  ],
  numbers: [
    'ssn', 'social security', 'seguro social', 'nss', 'itin', 'tin', 'tax id*', 'tax number', 'taxpayer*',
    'contribuyente*', 'rfc', 'id number', 'id no', 'identity number', 'identification*', 'identificacion*',
    'national id*', 'government id*', 'state id', 'a number', 'anumber', 'uscis', 'medicaid*', 'medicare*', 'medi cal',
    'calfresh*', 'ebt', 'bank account', 'account number', 'routing number', 'iban', 'card number', 'cvv',
    'cuenta banc*', 'numero de cuenta', 'numero cuenta',
  ],
  location: [
    'gps', 'lat', 'lng', 'lon', 'latlng', 'latlon', 'latitud*', 'longitud*', 'geo', 'geohash*', 'geoloc*', 'geocod*',
    'geofenc*', 'coord', 'coordinate*', 'coordenada*', 'home location', 'device location', 'last location',
    'ubicacion*', 'street*', 'address*', 'addr', 'domicilio*', 'direccion*', 'calle*', 'avenida*', 'intersection*',
    'house number', 'unit number', 'apartment*', 'apartamento*', 'apt', 'zip', 'zipcode*', 'postal*', 'postcode*',
    'codigo postal', 'colonia*', 'barrio*', 'neighborhood*', 'neighbourhood*', 'vecin*', 'census*', 'council district',
    'landmark*', 'ssid', 'bssid', 'wifi*', 'cell tower', 'raid*', 'redada*',
  ],
  network: [
    'ip', 'ipv', 'remote addr*', 'client host', 'forwarded*', 'mac addr*', 'imei', 'imsi', 'iccid', 'msisdn', 'udid',
    'idfa', 'gaid', 'advertising id', 'ad id', 'device id', 'device serial', 'device model', 'user agent', 'browser*',
    'navegador*', 'cookie*', 'referer*', 'referrer*', 'dispositivo*', 'canvas*', 'screen size',
  ],
  birth: [
    'dob', 'birth*', 'date of birth', 'place of birth', 'year of birth', 'born*', 'nacimiento*', 'nacid*',
    'fecha nac*', 'lugar nac*', 'ano nac*', 'edad*', 'cumple*', 'exact age', 'age years',
  ],
  religion: [
    'religio*', 'church*', 'iglesia*', 'faith*', 'creed*', 'mosque*', 'mezquita*', 'synagogue*', 'sinagoga*',
    'templo*', 'parish*', 'parroquia*', 'worship*', 'congregat*', 'priest*', 'catholic*', 'catolic*', 'muslim*',
    'musulman*', 'jewish', 'judio*', 'evangelic*',
  ],
  employer: [
    'employer*', 'employment*', 'empleador*', 'empleo*', 'empresa*', 'patron', 'patrona', 'patrones', 'boss', 'jefe',
    'workplace*', 'worksite*', 'work site', 'job site', 'job title', 'occupation*', 'ocupacion*', 'oficio',
    'lugar de trabajo', 'lugar trabajo', 'centro de trabajo', 'company name', 'salary*', 'salaries', 'wage*',
    'sueldo*', 'salario*', 'payroll*', 'nomina*', 'sindicat*', 'union member*', 'jornaler*', 'day laborer',
  ],
  police: [
    'police', 'policia*', 'sheriff*', 'alguacil*', 'ice', 'hsi', 'cbp', 'dhs', 'border patrol', 'patrulla*', 'arrest*',
    'criminal*', 'delito*', 'antecedente*', 'convict*', 'felon*', 'misdemeanor*', 'probation*', 'jail*', 'prison*',
    'carcel*', 'inmate*', 'booking number', 'warrant*', 'orden judicial', 'court case', 'court date', 'docket*',
    'detain*', 'detention*', 'detenid*', 'detencion*', 'enforcement*', 'agente*',
  ],
  body: [
    'gender*', 'genero*', 'sex', 'sexo', 'sexual*', 'orientation*', 'orientacion*', 'pregnan*', 'embaraz*',
    'disabilit*', 'discapac*', 'diagnosis', 'diagnostico*', 'medical*', 'medico*', 'enfermedad*', 'health condition*',
    'hiv', 'vih', 'marital*', 'estado civil', 'politic*', 'partido*', 'voter*', 'votante*',
  ],
} as const; // prettier-ignore

export const forbiddenNames: readonly string[] = Object.values(forbiddenKinds).flat();
