/** Proves what is taken for personal, by names and by values, what is proposed, and that no value is told. */
import { expect, test } from '@jest/globals';
import { draftOne } from './study.ts';

const many = (value: string, others: string, count = 20) => [value, ...Array<string>(count).fill(others)];

test.each<[name: string, values: string[], proposed: string, why: RegExp]>([
  ['customer_email', [], 'personal hmac', /e-mail address, by its name/],
  ['customerEmail', [], 'personal hmac', /e-mail address, by its name/],
  ['email_verified', ['true', 'false'], 'internal keep', /^$/],
  ['subject', many('write to ann@example.org', 'fine'), 'personal hmac', /as 1 of 21 values look like/],
  ['device_desc', ['ann@example.org'], 'personal hmac', /e-mail/],
  ['reference', ['call (617) 555-0123'], 'personal hmac', /a phone number, as 1 of 1/],
  ['reference', ['+4915112345678'], 'personal hmac', /a phone number/],
  ['reference', ['617-555-01234', '1617-555-0123-9'], 'internal keep', /^$/],
  ['home_phone', ['6175550123'], 'personal hmac', /phone number, by its name/],
  ['phone_model', ['Pixel'], 'internal keep', /^$/],
  ['where', ['12 Mill Road'], 'personal drop', /postal address, as/],
  ['billing_city', ['Mill'], 'personal drop', /postal address, by its name/],
  ['postal_code', ['02139'], 'personal drop', /by its name/],
  ['stop_address', ['12 Mill Road'], 'internal keep', /^$/],
  ['first_name', ['Ann'], 'personal drop', /a person's name/],
  ['inspector_name', [], 'personal drop', /a person's name/],
  ['facility_contact_name', [], 'personal drop', /a person's name/],
  ['bus_driver_id', [], 'pseudonymous keep', /vendor's own number/],
  ['device_name', [], 'internal keep', /^$/],
  ['route_name', [], 'internal keep', /^$/],
  [
    'number',
    ['4111111111111111', '5500005555555559', '340000000000009'],
    'personal drop',
    /bank card number, as 3 of 3/,
  ],
  ['number', ['4111 1111 1111 1111', '5500-0055-5555-5559', '4111-1111-1111-1111'], 'personal drop', /card number/],
  ['number', ['4111111111111112', '4111111111111113', '4111111111111111'], 'internal keep', /^$/],
  ['number', ['4111111111111111'], 'internal keep', /^$/],
  ['pan', [], 'personal drop', /bank card number, by its name/],
  ['birth_date', ['1990-01-02'], 'personal drop', /date of birth/],
  ['ssn', [], 'personal drop', /official number/],
  ['tracks', ['10.0.0.17', '2001:db8::1'], 'personal hmac', /IP address, as 2 of 2/],
  ['firmware_version', ['4.12.0.3'], 'internal keep', /^$/],
  ['device_ip', ['10.0.0.17'], 'internal keep', /^$/],
  ['imei', [], 'personal hmac', /a device of a person/],
  ['hardware', ['aa:bb:cc:00:11:22'], 'personal hmac', /a device of a person, as/],
  ['latitude', ['42.36'], 'personal drop', /coordinates/],
  ['stop_latitude', ['42.36'], 'internal keep', /^$/],
  ['position', ['42.3611, -71.0570'], 'personal drop', /coordinates, as 1 of 1/],
  ['extended_data_long', ['x'], 'internal keep', /^$/],
  ['reference_notes', ['617-555-0123'], 'personal drop', /text that somebody typed/],
  ['serial_nbr', ['0123'], 'pseudonymous hmac', /known outside/],
  ['component_serial_nbr', ['0123'], 'internal keep', /^$/],
  ['external_account_id', [], 'pseudonymous hmac', /known outside/],
  ['transit_account_id', ['17'], 'pseudonymous keep', /vendor's own number/],
  ['inspector_id', [], 'pseudonymous keep', /vendor's own number/],
  ['media_type_id', ['17'], 'internal keep', /^$/],
  ['transaction_id', ['17'], 'internal keep', /^$/],
])('%s %j: %s', async (name, values, proposed, why) => {
  const { column, report } = await draftOne(name, values);
  expect(`${column.classification} ${column.treatment}`).toBe(proposed);
  expect(report.proposal.why).toMatch(why);
});

test('what no hash hides is dropped instead', async () => {
  expect((await draftOne('serial_nbr', ['1e5', '2e7'])).column).toMatchObject({ type: 'double', treatment: 'drop' });
  expect((await draftOne('barcode', ['true', 'false'])).column.treatment).not.toBe('hmac');
});

test('a public set keeps its columns public, but not what is personal', async () => {
  const set = { api: 'aggregations', set: 'agg_invented' } as const;
  expect((await draftOne('count', ['1'], set)).column.classification).toBe('public');
  expect((await draftOne('email', ['a@example.org'], set)).column).toMatchObject({ treatment: 'hmac' });
});

test('no value is in what is told', async () => {
  const secrets = ['ann.ashdown@example.org', '617-555-0123', '4111111111111111', '12 Mill Road', '42.361145'];
  for (const name of ['x', 'fare_amount', 'customer_email', 'latitude', 'id', 'notes'])
    for (const secret of secrets)
      expect(JSON.stringify(await draftOne(name, [secret, secret, secret]))).not.toContain(secret);
});
