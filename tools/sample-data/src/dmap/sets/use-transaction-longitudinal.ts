/**
 * Taps with what their account did before. Names and types of the columns are public, those of an agency's importer of this feed (mbta/dmap-import on
 * GitHub); what values look like is invented.
 */
import { columnsOf } from '../columns.ts';

export const USE_TRANSACTION_LONGITUDINAL = columnsOf(`
  id:s inserted_dtm:t updated_dtm:t depersonalized_dtm:t updated_flag:s customer_email:s customer_address:s
  customer_city:s customer_state:s customer_postal_code:s language_id:i language_name:s
  settlement_day_holiday_flag:i ready_for_settlement_day_holiday_flag:i posting_day_holiday_flag:i
  operating_day_holiday_flag:i media_type_id:i media_type_name:s media_type_desc:s media_class_id:i
  media_class_name:s media_class_desc:s ride_type_name:s ride_type_desc:s count_as_ride:i count_as_entry:i
  count_as_exit:i free_entry_or_exit:i forced_entry_or_exit:i used_by_linked_trips_flag:i count_as_transfer:i
  txn_desc:s txn_status_name:s txn_status_desc:s successful_sale_flag:i successful_use_flag:i device_status_id:i
  bus_status_id:i bus_status_name:s bus_status_desc:s bus_type_id:s bus_type_name:s bus_type_desc:s
  device_type_id:i device_type_name:s device_type_desc:s transit_mode_id:i transit_mode_name:s transit_mode_desc:s
  array_position:s fare_prod_id:s fare_prod_name:s fare_prod_desc:s fare_prod_rider_class_id:i
  fare_prod_rider_class_name:s fare_prod_rider_class_desc:s fare_prod_type_id:i fare_prod_type_name:s
  fare_prod_type_desc:s fare_prod_category_id:i fare_prod_category_name:s fare_prod_category_desc:s
  count_sale_as_ride_flag:i free_ride_flag:s operator_name:s operator_desc:s stop_point_id:i
  stop_point_sector_id:i stop_point_sector_name:s stop_point_sector_desc:s stop_point_active_flag:i
  stop_point_type_id:i stop_point_type_name:s stop_point_type_desc:s route_number:i route_type_id:s
  route_type_name:s route_type_desc:s expiry_dtm_last_updated:s init_dtm:t issue_dtm:t issue_seq_nbr:s
  rider_class_id:i rider_class_name:s rider_class_desc:s overdrawn_dtm:t first_activation_dtm:t
  first_registration_dtm:t is_registered:i first_load_dtm:t first_deposit_value:i first_load_type:s total_loads:i
  total_pass_loads:i total_deposit_value:i total_active_passes:i first_tap_dtm:t total_ride_count:i
  total_tap_count:i external_account_id:s posting_day:t settlement_day:t benefit_value:i calculated_fare:i
  device_id:s facility_id:i fare_due:i oa_account_id:i one_account_value:i operator_id:i pass_use_count:i
  patron_count:s patron_trip_id:i priced_dtm:t reversed_dtm:t ride_count:i rides_remaining:s serial_nbr:s
  service_type_id:i service_type_desc:s service_type_name:s transaction_dtm:t transaction_status_id:i
  transaction_status_name:s transfer_code:s transfer_count:i transfer_flag:i transfer_sequence_nbr:i
  transit_account_id:i trip_info_additional_trip_flag:s trip_info_inserted_trip_flag:s trip_info_direction:s
  trip_price_count:i value_changed:i value_remaining:s ready_for_settlement_day:t voided_dtm:t operating_day:t
  fare_rule_description:s _exported_dtm:t promotion_id:s reference_notes:s multi_ride_id:i token_id:i
  validator_interface:s
`);
