/** What a person might ask of the sample feed, and what there is to see in the answer. */
export interface Example {
  readonly title: string;
  readonly sql: string;
  readonly remark: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    title: 'The busiest stations, and the fares paid there',
    sql: `SELECT s.stop_name, count(*) AS taps, sum(t.fare_amount) AS fares
FROM edw_fare_transaction t JOIN edw_stop_point s USING (stop_id)
WHERE s.platform_code IS NULL
GROUP BY s.stop_id, s.stop_name ORDER BY taps DESC, s.stop_id LIMIT 5`,
    remark: 'Fares are exact decimals, the key of a station holds a NULL, and names are as delivered.',
  },
  {
    title: 'The life of one card, whose token was issued anew twice',
    sql: `SELECT header__change_oper AS op, header__timestamp AS at, card_token, status, tap_count
FROM edw_card_history
WHERE card_token IN ('tok_431adb7de3603ac2', 'tok_d3450c3f16f61814', 'tok_15731697d5b71b8c')
ORDER BY header__change_seq NULLS FIRST, op`,
    remark:
      'L is its row in the snapshot. B and U of one moment are a move to another key; the U names only what changed,\n' +
      'the rest comes from the B. At last the first token is given to a new card (I). edw_card has two of these rows.',
  },
];

/** Over both feeds. */
export const BOTH_FEEDS: Example = {
  title: "The taps of the database beside the vendor's own figures, by day",
  sql: `SELECT t.service_date, t.taps, t.fares, r.rides, c.citations
FROM (SELECT service_date, count(*) AS taps, sum(fare_amount) AS fares FROM edw_fare_transaction GROUP BY ALL) t
LEFT JOIN (SELECT date, sum(count) AS rides FROM dmap_agg_daily_fareprod GROUP BY ALL) r ON r.date = t.service_date
LEFT JOIN (SELECT CAST(operating_day AS DATE) AS date, count(*) AS citations FROM dmap_citation GROUP BY ALL) c
  ON c.date = t.service_date
ORDER BY t.service_date`,
  remark:
    'Taps and fares are of edw_fare_transaction, rides and citations of sets behind the API. All of it is invented, each\n' +
    'feed by itself: do not look for agreement.',
};

/** Over the topic and the database. */
export const TOPIC_EXAMPLES: readonly Example[] = [
  {
    title: 'Taps that came by the topic, by stop',
    sql: `SELECT s.stop_name, count(*) AS taps, count(DISTINCT t.token_id) AS cards
FROM taps t JOIN edw_stop_point s ON s.stop_id = t.stop_id AND s.platform_code IS NULL
GROUP BY s.stop_id, s.stop_name ORDER BY taps DESC, s.stop_id LIMIT 5`,
    remark:
      "token_id is a keyed hash, by a key that this home made for itself: cards can be counted, and nobody's is told.",
  },
  {
    title: 'A service day of the topic beside the transactions of the database, by device',
    sql: `SELECT device_id, taps, transactions, seen, missing_taps, missing_transactions, taps_twice
FROM tap_reconciliation
WHERE service_date = DATE '2026-02-28' AND source = 'edw_fare_transaction' AND taps > 0 ORDER BY device_id`,
    remark:
      'Missing taps are transactions that the topic has no tap of, missing transactions the other way round. A device has told\n' +
      'taps twice, under other offsets. Most devices of the sample do not tell their taps to the topic.',
  },
];
