/** Citations and warnings of fare inspectors. */
import { columnsOf } from '../columns.ts';

export const CITATION = columnsOf(`
  id:s inserted_dtm:t updated_dtm:t depersonalized_dtm:t updated_flag:s citation_type_id:s citation_type_name:s
  citation_dtm:t inspector_id:s citation_reason_name:s citation_amount:f direction_id:s block_number:s
  recommendation:s recommendation_override:s manually_entered:s inspection_result:s citation_history_match_type:s
  inspection_id:s operating_day:t citation_status_id:s _exported_dtm:t
`);
