/** Records that are refused, each for the reason that was asked for: what a faulty producer might send in place of a tap. */
import type { KafkaRecord } from '../record.ts';
import type { RefusalReason } from '../row/read-record.ts';
import { textBytes, type Tap } from './tap.ts';

/** What of a record is other than that of the tap. */
type Spoilt = Pick<KafkaRecord, 'value'> | Pick<KafkaRecord, 'timestamp'>;

interface Spoiling {
  readonly tap: Tap;
  /** Bytes of the largest value that the contract allows. */
  readonly maxBytes: number;
}

const json = (value: unknown): Spoilt => ({ value: textBytes(JSON.stringify(value)) });

/** First millisecond of the year 10,000. */
const YEAR_10000 = 253_402_300_800_000n;

const SPOIL: Readonly<Record<RefusalReason, (spoiling: Spoiling) => Spoilt>> = {
  'too-large': ({ tap, maxBytes }) => json({ ...tap, stopId: 'x'.repeat(maxBytes) }),
  // Windows-1252: a producer that writes its own code page.
  'not-utf8': ({ tap }) => ({
    value: Uint8Array.from([...textBytes(JSON.stringify(tap)).slice(0, -2), 0xc9, 0x22, 0x7d]),
  }),
  'not-json': ({ tap }) => ({ value: textBytes(JSON.stringify(tap).slice(0, -3)) }),
  'not-object': ({ tap }) => json([tap]),
  'missing-field': ({ tap: { tapId, tokenId, deviceId } }) => json({ tapId, tokenId, deviceId }),
  'extra-field': ({ tap }) => json({ ...tap, firmware: '4.1' }),
  'wrong-type': ({ tap }) => json({ ...tap, deviceId: Number(tap.deviceId.replaceAll(/\D/g, '') || 7) }),
  'empty-text': ({ tap }) => json({ ...tap, stopId: '' }),
  // Half of a character outside of the basic plane, which is no text.
  'wrong-value': ({ tap }) => json({ ...tap, stopId: `${tap.stopId}\uD83D` }),
  'no-timestamp': () => ({ timestamp: -1n }),
  'wrong-timestamp': () => ({ timestamp: YEAR_10000 }),
};

/**
 * Reasons that any producer can give a broker cause for. Left out are timestamps, which brokers refuse as they are set today
 * (`message.timestamp.after.max.ms`), and too large values, where the topic's own limit is no larger than the contract's.
 */
export const PRODUCIBLE_REASONS = [
  'not-utf8',
  'not-json',
  'not-object',
  'missing-field',
  'extra-field',
  'wrong-type',
  'empty-text',
  'wrong-value',
] as const satisfies readonly RefusalReason[];

/** The record of a tap, spoilt so that it is refused for the reason. */
export function spoil(record: KafkaRecord, tap: Tap, reason: RefusalReason, maxBytes: number = 1 << 20): KafkaRecord {
  const spoilt = SPOIL[reason]({ tap, maxBytes });
  // Without a timestamp there is none that anybody set.
  const none = 'timestamp' in spoilt && spoilt.timestamp < 0n ? ({ timestampType: 'none' } as const) : {};
  return { ...record, ...spoilt, ...none };
}
