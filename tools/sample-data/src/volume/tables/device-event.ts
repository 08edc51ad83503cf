import { deviceEvent as table } from '../../tables/device-event.ts';
import { dateTime, hex, integer, nullAtFirst, pick, time } from '../fields.ts';
import { DEVICE_IDS, madeAt } from '../identifiers.ts';
import type { Recipe } from '../recipe.ts';
import { hexStem } from '../stems.ts';

/** Just below 2^63, as in the small feed: leading digits, and the last eleven of the first key. */
const LEADING = '92233720';
const FIRST = 36_854_775_000;

/** EDW.DEVICE_EVENT: binary columns, long text, and a task with a delimiter, a NULL and an escape of its own. */
export const deviceEvent: Recipe = {
  table,
  columns: (feed, start) => {
    const at = madeAt(feed, start);
    return {
      EVENT_ID: (_, row) => LEADING + String(FIRST + row),
      DEVICE_ID: pick(DEVICE_IDS),
      EVENT_TYPE: pick(['TAP_REJECTED', 'GATE_OPEN', 'LOW_PAPER', 'REBOOT', 'NETWORK_LOST', 'TOLL_READ']),
      SEVERITY: integer(-1, 5),
      PAYLOAD: nullAtFirst(20, hex(16)),
      SIGNATURE: nullAtFirst(50, hex(32)),
      LOG_TEXT: {
        field: nullAtFirst(
          15,
          pick([
            'gate 3: open; close; open',
            'read failed\nretry 1: ok\nretry 2: "ok"',
            'C:\\fw\\gate\\boot.log',
            '{"temp": 41.5, "path": "\\\\share\\dump"}',
            'NULL',
            '',
          ]),
        ),
        free: true,
      },
      SIGNAL: nullAtFirst(20, pick(['-71.5', '-60.25', '-88', '-90.125'])),
      QUEUE_LENGTH: integer(0, 60_000),
      EVENT_DTM: dateTime((_, row) => at(row)),
      EVENT_TIME: time((_, row) => at(row), 2),
      CLEARED: pick(['1', '1', '0']),
    };
  },
  updates: [['CLEARED'], ['CLEARED'], ['SEVERITY', 'LOG_TEXT'], ['PAYLOAD']],
  move: [],
  stem: hexStem,
};
