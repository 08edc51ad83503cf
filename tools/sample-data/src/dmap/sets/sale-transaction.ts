/**
 * Sales of fare products and value. Names and types of the columns are public, those of an agency's importer of this feed (mbta/dmap-import on
 * GitHub); what values look like is invented.
 */
import { columnsOf } from '../columns.ts';

export const SALE_TRANSACTION = columnsOf(`
  id:s inserted_dtm:t updated_dtm:t depersonalized_dtm:t updated_flag:s customer_email:s customer_address:s
  customer_city:s customer_state:s customer_postal_code:s language_id:i language_name:s posting_day_holiday_flag:i
  settlement_day_holiday_flag:i ready_for_settlement_day_holiday_flag:i operating_day_holiday_flag:i
  media_type_id:i media_type_name:s media_type_desc:s media_class_id:i media_class_name:s media_class_desc:s
  ride_type_name:s ride_type_desc:s count_as_ride:s count_as_entry:s count_as_exit:s free_entry_or_exit:s
  forced_entry_or_exit:s used_by_linked_trips_flag:s count_as_transfer:s sales_channel_name:s sales_channel_desc:s
  merchant_number:s sale_type_name:s sale_type_desc:s count_as_sale:i txn_desc:s txn_status_name:s
  txn_status_desc:s successful_sale_flag:i successful_use_flag:i device_name:s device_desc:s device_status_id:i
  operator_name:s operator_desc:s facility_name:s facility_desc:s business_entity_id:s business_entity_name:s
  bus_desc:s bus_status_id:i bus_status_name:s bus_status_desc:s bus_type_id:s bus_type_name:s bus_type_desc:s
  device_type_id:i device_type_name:s device_type_desc:s transit_mode_id:i transit_mode_name:s transit_mode_desc:s
  array_position:i fare_prod_id:s fare_prod_name:s fare_prod_desc:s fare_prod_rider_class_id:i
  fare_prod_rider_class_name:s fare_prod_rider_class_desc:s fare_prod_type_id:i fare_prod_type_name:s
  fare_prod_type_desc:s fare_prod_category_id:i fare_prod_category_name:s fare_prod_category_desc:s
  count_sale_as_ride_flag:i free_ride_flag:s stop_point_id:s stop_point_name:s sector_id:s sector_name:s
  sector_desc:s stop_point_display_desc:s active_flag:s stop_point_type_id:s stop_point_type_name:s
  stop_point_type_desc:s line_route_id:s service_type_id:s service_type_name:s service_type_desc:s route_number:s
  route_type_id:s route_type_name:s route_type_desc:s route_name:s route_desc:s external_route_id:s
  expiry_dtm_last_updated:s init_dtm:t issue_dtm:t issue_seq_nbr:s deposit_amount:s rider_class_id:i
  rider_class_name:s rider_class_desc:s overdrawn_dtm:t first_activation_dtm:t first_registration_dtm:t
  deposit_expiration_dtm:s is_registered:i first_load_dtm:t first_deposit_value:i first_load_type:s total_loads:i
  total_pass_loads:i total_deposit_value:i total_active_passes:i first_tap_dtm:t total_ride_count:i
  total_tap_count:i external_account_id:s dw_transaction_id:s posting_day:t settlement_day:t bus_id:i
  account_adjustment_type_desc:s account_value_changed:s amount_short:i benefit_amount_used:i bonus_value:i
  value_changed:i value_remaining:i cash_collected:i device_id:s device_position:i external_stop_point_id:s
  facility_id:i fare_collected:i sale_group_id:s latitude:s longitude:s merchant_id:s merchant_type:s
  oa_account_id:i one_account_value:i operator_id:i over_payment:i over_payment_credit:i payment_types:s
  prepaid_amount:s postpaid_amount:s refund_value:s run_id:s sale_transaction_type:s sales_tax:s serial_nbr:s
  transaction_dtm:t transaction_status_id:i transaction_status_name:s transit_account_id:i
  ready_for_settlement_day:t operating_day:t discount_amount:i _exported_dtm:t promotion_id:s reference_notes:s
`);
