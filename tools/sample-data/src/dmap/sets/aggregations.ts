/** The public sets: counts of rides, without anybody in them. */
import { columnsOf } from '../columns.ts';

export const AGGREGATIONS = {
  agg_average_boardings_by_day_type_month: columnsOf('month:s day_of_week:s boardings_entries:f year:i'),
  agg_boardings_fareprod_mode_month: columnsOf('year:i month:s day_of_week:s service:s fare_product_type:s count:i'),
  agg_daily_fareprod: columnsOf(
    'date:d service:s day_of_week:s rider_class_name:s fare_product_type:s ride_type_name:s count:i weekend:i',
  ),
  agg_daily_fareprod_route: columnsOf('date:d day_of_week:s service:s route:s fare_product_type:s count:i'),
  agg_daily_fareprod_station: columnsOf('date:d day_of_week:s service:s station:s fare_product_type:s count:i'),
  agg_daily_transfers_route: columnsOf('date:d day_of_week:s route:s transfer_taps_from_route:i'),
  agg_daily_transfers_station: columnsOf('date:d day_of_week:s station:s transfer_taps_at_station:i'),
  agg_hourly_entry_exit_count: columnsOf('date:d day_of_week:s timeperiod:s hour:i station:s entries:i exits:i'),
  agg_total_boardings_month_mode: columnsOf('year:i month:s day_of_week:s service:s boardings_entries:i'),
} as const;
