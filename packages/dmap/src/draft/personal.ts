/**
 * What a column may say of a person, by its name and by its values, and what is to be done about it. A proposal to be
 * reviewed; where it errs it shall err towards keeping less, for what was written once is written.
 *
 * `drop` is proposed for what no question of a table needs; `hmac` for what tells people apart and is known outside of the
 * vendor's system (printed on a card, an address of e-mail); `keep` for the vendor's own numbers of people and accounts,
 * which lead to nobody without its database.
 */
import type { Classification, DmapApi, Treatment } from '@farelake/schema-registry';
import { COORDINATE, words, wordPattern } from './names.ts';
import type { Sign } from './signs.ts';
import type { ColumnStudy } from './study.ts';

export interface Proposal {
  readonly classification: Classification;
  readonly treatment: Treatment;
  /** Empty: nothing speaks of a person. Holds no value. */
  readonly why: string;
}

interface Rule {
  /** What the column holds, in words. */
  readonly what: string;
  readonly name?: RegExp;
  readonly sign?: Sign;
  /** Share of the values that must show the sign; one value is enough unless given. */
  readonly share?: number;
  /** Values that must show it. */
  readonly least?: number;
  /** Names that mean something else, whatever the values look like. */
  readonly except?: RegExp;
  readonly classification: 'personal' | 'pseudonymous';
  readonly treatment: Treatment;
  readonly because: string;
}

/** Devices, stops and companies: where they stand and what they are called says nothing of a rider. */
const THINGS = wordPattern(
  'device|stop|stop_point|station|facility|merchant|platform|garage|depot|terminal|gate|vendor|company|business|business_entity|route|bus|vehicle|component|equipment|validator',
);
const PEOPLE = 'customer|rider|patron|passenger|card_?holder|account_holder|contact|recipient|user|subscriber|member';
const STAFF = 'inspector|employee|driver|agent|officer|cashier';
const NUMBER = 'number|nbr|no|num';

/** Whoever works at a thing is a person: `facility_contact_name`, `bus_driver_id`. */
const SOMEBODY = wordPattern(`${PEOPLE}|${STAFF}`);

/** The first rule that fits is told; those that ask for more come first. */
const RULES: readonly Rule[] = [
  {
    what: 'a bank card number',
    name: wordPattern(`pan|primary_account_number|(?:credit|debit|bank|payment)_card_(?:${NUMBER})`),
    sign: 'card number',
    share: 0.9,
    least: 3,
    classification: 'personal',
    treatment: 'drop',
    because: 'no table may hold it',
  },
  {
    what: 'an official number of a person',
    name: wordPattern('ssn|social_security_number|passport|licen[cs]e_(?:number|nbr|no)|national_id|tax_id'),
    classification: 'personal',
    treatment: 'drop',
    because: 'no question about fares needs it',
  },
  {
    what: 'text that somebody typed',
    name: wordPattern('notes?|comments?|remarks?|memo|free_?text'),
    classification: 'personal',
    treatment: 'drop',
    because: 'it may hold anything',
  },
  {
    what: 'an e-mail address',
    name: wordPattern('e_?mail|e_?mail_address|email_addr'),
    sign: 'e-mail',
    classification: 'personal',
    treatment: 'hmac',
    because: 'a hash still counts people',
  },
  {
    what: 'a phone number',
    name: wordPattern(`phone|telephone|(?:phone|mobile|cell|fax|sms)_(?:${NUMBER})|fax|msisdn`),
    sign: 'phone',
    except: wordPattern('(?:phone|mobile)_(?:model|os|type|make)'),
    classification: 'personal',
    treatment: 'hmac',
    because: 'a hash still counts people',
  },
  {
    what: 'a date of birth or an age',
    name: wordPattern('birth|birthday|birth_?date|birth_year|date_of_birth|dob|year_of_birth|(?:rider|customer)_age'),
    classification: 'personal',
    treatment: 'drop',
    because: 'the rider class says what fares need',
  },
  {
    what: "a person's name",
    name: wordPattern(
      `(?:first|last|middle|given|family|full|maiden)_?name|surname|user_?name|login|(?:${PEOPLE}|${STAFF})_name`,
    ),
    classification: 'personal',
    treatment: 'drop',
    because: 'no question about fares needs it',
  },
  {
    what: 'an IP address',
    name: wordPattern('ip|ip_address|ip_addr|ipv4|ipv6'),
    sign: 'ip',
    share: 0.9,
    except: wordPattern('version|firmware|software|build|release'),
    classification: 'personal',
    treatment: 'hmac',
    because: 'it leads to a household',
  },
  {
    what: 'a device of a person',
    name: wordPattern(
      'imei|imsi|idfa|gaid|advertising_id|push_token|device_token|mobile_device_id|handset_id|app_instance_id|mac|mac_address|user_agent|browser_id|cookie',
    ),
    sign: 'mac',
    share: 0.9,
    classification: 'personal',
    treatment: 'hmac',
    because: 'a phone is a person',
  },
  {
    what: 'a postal address',
    name: wordPattern(
      `address|addr|street|street_name|postal_code|post_?code|zip|zip_?code|zip4|(?:${PEOPLE}|billing|shipping|mailing|home|account)_(?:city|town|state|province|county|country)`,
    ),
    sign: 'address',
    classification: 'personal',
    treatment: 'drop',
    because: 'no question about fares needs it',
  },
  {
    what: 'a place by its coordinates',
    name: new RegExp(`${COORDINATE.source}|${wordPattern('geo_?point|geo_?hash|coordinates?|gps').source}`),
    sign: 'coordinates',
    share: 0.9,
    classification: 'personal',
    treatment: 'drop',
    because: 'with a time it is where somebody was; stops and stations say where a device stood',
  },
  {
    what: 'a number that is known outside of the vendor',
    name: wordPattern(
      `serial|serial_?(?:${NUMBER})|(?:card|account|customer|member|badge|employee)_(?:${NUMBER})|external_(?:account|customer|patron|user)_(?:id|${NUMBER})|employee_id|badge_id|member_id|student_id|barcode|plate|licen[cs]e_plate|pan_hash|token_value|par`,
    ),
    classification: 'pseudonymous',
    treatment: 'hmac',
    because: 'printed on a card, or in the hands of others; a hash still joins',
  },
  {
    what: "the vendor's own number of a person, a card or an account",
    name: wordPattern(
      `(?:${PEOPLE}|${STAFF}|account|token|card|wallet|instrument)_(?:id|key|guid|uuid)|(?:patron|rider)_trip_id|journey_id|trip_chain_id|token`,
    ),
    classification: 'pseudonymous',
    treatment: 'keep',
    because: "leads to nobody without the vendor's database, and analyses count by it",
  },
];

/** What a proposal is made from: names and counts. */
export function proposeTreatment(column: ColumnStudy, type: string, api: DmapApi): Proposal {
  for (const rule of RULES) {
    const evidence = evidenceOf(rule, column, type);
    if (evidence === undefined) continue;
    const { what, classification, because } = rule;
    // Neither type has one text to hash.
    const treatment = rule.treatment === 'hmac' && (type === 'boolean' || type === 'double') ? 'drop' : rule.treatment;
    return { classification, treatment, why: `${what}, ${evidence}; ${because}` };
  }
  return { classification: api === 'aggregations' ? 'public' : 'internal', treatment: 'keep', why: '' };
}

/** Said of a person only where other columns are of one: alone, `name` may be that of a stop. */
const MAYBE_NAME = /^_?(?:names?|first|last|middle|middle_initial|initials?|fore_?name|[fl]_?name|nick_?name|alias)_?$/;

/** What a proposal becomes in the light of the others; of columns that say by themselves what they are nothing changes. */
export function besidePeople(column: ColumnStudy, type: string, own: Proposal, others: readonly Proposal[]): Proposal {
  if (own.why !== '' || type !== 'string' || !MAYBE_NAME.test(words(column.name))) return own;
  if (!others.some(({ why }) => OF_PEOPLE.some((what) => why.startsWith(`${what}, `)))) return own;
  return {
    classification: 'personal',
    treatment: 'drop',
    why: "a person's name, by its name and the columns of a person beside it; no question about fares needs it",
  };
}

const OF_PEOPLE: readonly string[] = [
  'an official number of a person',
  'an e-mail address',
  'a phone number',
  'a date of birth or an age',
  "a person's name",
  'a postal address',
];

function evidenceOf(rule: Rule, column: ColumnStudy, type: string): string | undefined {
  const name = words(column.name);
  if (rule.except?.test(name)) return undefined;
  const seen = rule.sign === undefined ? 0 : (column.signs.get(rule.sign) ?? 0);
  const enough = seen >= Math.max(rule.least ?? 1, column.values * (rule.share ?? 0));
  const ofThing = THINGS.test(name) && !SOMEBODY.test(name);
  // What a thing's address looks like is its own; an e-mail address or a phone number is somebody's wherever it stands.
  if (enough && !(ofThing && rule.sign !== 'e-mail' && rule.sign !== 'phone' && rule.sign !== 'card number'))
    return `as ${seen} of ${column.values} values look like`;
  if (ofThing || rule.name === undefined || !rule.name.test(name)) return undefined;
  // `email_verified` and `email_sent_dtm` are no addresses.
  const isOther = type === 'boolean' || type === 'date' || type === 'timestamp';
  return isOther && !rule.what.includes('birth') ? undefined : 'by its name';
}
