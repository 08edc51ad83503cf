import { stopId } from '../../identifiers.ts';
import { stopPoint as table } from '../../tables/stop-point.ts';
import { DAY } from '../../time.ts';
import { date, integer, pick } from '../fields.ts';
import type { Recipe } from '../recipe.ts';
import { plainStem } from '../stems.ts';

/** A station's own row, then its platforms. */
const PLATFORMS = [null, 'A', 'B', 'C'];

const digits = (number: number): string => String(number % 100_000).padStart(5, '0');

const NAMES = ['Harbor Gate', 'Mill Pond', 'Quarry Street', 'Lantern Square 🚇', 'Ferry Landing ⛴️', "Riders' Cross"];

/** EDW.STOP_POINT: stations and platforms with difficult text; full images, a NULL in the key, moves by its first column. */
export const stopPoint: Recipe = {
  table,
  columns: (_feed, start) => ({
    STOP_ID: (_, row, revision) =>
      revision === 0
        ? stopId(Math.floor(row / PLATFORMS.length) + 1)
        : `SM-${row.toString(36)}-${revision.toString(36)}`,
    PLATFORM_CODE: (_, row) => PLATFORMS[row % PLATFORMS.length] ?? null,
    STOP_NAME: {
      field: (draw, row) => `${NAMES[draw % NAMES.length] ?? ''} ${String(Math.floor(row / PLATFORMS.length) + 1)}`,
      free: true,
    },
    DESCRIPTION: {
      field: pick([
        'Two entrances.\nLift at the "north" one.',
        'Fare gates 1-4; validators at gate 2, 5.',
        'Shelter, bench\r\nand a "Pay here" sign',
        'Exit to "Quay 9",\n\n🎡 fair grounds; \\ follow the signs\n',
        null,
        '',
      ]),
      free: true,
    },
    MUNICIPALITY: { field: pick(['Norhaven', 'Saint-Élie', 'Östra Marks', 'Kesterby']), free: true },
    LATITUDE: (draw) => `42.${digits(draw)}`,
    LONGITUDE: (draw) => `-71.${digits(draw)}`,
    ZONE_ID: integer(0, 9),
    WHEELCHAIR: pick(['y', 'y', 'n']),
    VALID_FROM: date((draw) => start - (draw % 2000) * DAY),
    NOTICE: { field: pick([null, null, '', 'Lift out of service', 'Closed after 22:00, use "Mill" side']), free: true },
  }),
  updates: [['NOTICE'], ['NOTICE'], ['DESCRIPTION'], ['WHEELCHAIR', 'ZONE_ID']],
  move: ['STOP_ID', 'NOTICE'],
  stem: plainStem,
};
