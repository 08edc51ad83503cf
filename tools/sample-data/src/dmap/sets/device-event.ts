/**
 * What devices report of themselves. Names and types of the columns are public, those of an agency's importer of this feed (mbta/dmap-import on
 * GitHub); what values look like is invented.
 */
import { columnsOf } from '../columns.ts';

export const DEVICE_EVENT = columnsOf(`
  id:s inserted_dtm:t updated_dtm:t depersonalized_dtm:t updated_flag:s event_type_id:i event_source:s
  event_type_name:s event_type_desc:s severity:i period_name:s period_desc:s device_name:s device_desc:s
  device_status_id:i operator_name:s operator_desc:s facility_name:s facility_desc:s business_entity_id:s
  business_entity_name:s business_entity_desc:s business_entity_status_id:s bus_desc:s bus_status_id:i
  bus_status_name:s bus_status_desc:s bus_type_id:s bus_type_name:s bus_type_desc:s device_type_id:i
  device_type_name:s device_type_desc:s transit_mode_id:i transit_mode_name:s transit_mode_desc:s array_position:i
  event_day:t posting_day:t clear_day:t automatic_clear_flag:i bus_id:i clear_dtm:t clear_message_id:i
  clear_event_state_type_id:i clear_event_state_type_name:s component_position:i component_serial_nbr:i
  component_type_id:i component_type_name:s device_id:s device_position:i device_transaction_id:s event_dtm:t
  event_state_type_id:i event_state_type_name:s event_status_path_id:s event_status_path_name:s
  extended_data_short:s extended_data_long:s extended_data_string:s external_device_id:s facility_id:i
  matched_flag:i message_id:i operator_id:i route_number:i block_number:s latitude:f longitude:f
  event_reason_code_id:i _exported_dtm:t
`);
