/**
 * Everything in the database of intake, besides that of all.
 * `npm run docs:write` writes this file. A service does not start on a database that contains anything else.
 */
export const intakeSchema: readonly string[] = [
  'column device.lane: text not null',
  'column device.name: text not null',
  'column device.public_key: bytea not null',
  'column device.revoked: boolean not null default false',
  'column device.site: text not null',
  'constraint device.device_key: PRIMARY KEY (name)',
  'constraint device.device_public_key: UNIQUE (public_key)',
  'index device.device_key: CREATE UNIQUE INDEX device_key ON public.device USING btree (name)',
  'index device.device_public_key: CREATE UNIQUE INDEX device_public_key ON public.device USING btree (public_key)',
  'table device: r p',
];
