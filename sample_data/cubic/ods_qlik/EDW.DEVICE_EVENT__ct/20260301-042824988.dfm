{
    "dfmVersion": "1.1",
    "taskInfo": {
        "name": "FARES_EDW_TO_AGENCY",
        "sourceEndpoint": "EDW_REPLICA",
        "sourceEndpointType": "Oracle",
        "sourceEndpointUser": "qlik_reader",
        "replicationServer": "replicate-a",
        "operation": "dataProduction"
    },
    "fileInfo": {
        "name": "20260301-042824988.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.DEVICE_EVENT__ct",
        "startWriteTimestamp": "2026-03-01T04:28:24.988",
        "endWriteTimestamp": "2026-03-01T04:59:08.309",
        "firstTransactionTimestamp": "2026-03-01T04:28:22.871",
        "lastTransactionTimestamp": "2026-03-01T04:59:05.268",
        "content": "changes",
        "recordCount": 45,
        "errorCount": 0
    },
    "formatInfo": {
        "format": "delimited",
        "options": {
            "fieldDelimiter": ";",
            "recordDelimiter": "\n",
            "nullValue": "NULL",
            "quoteChar": "\"",
            "escapeChar": "\\"
        }
    },
    "dataInfo": {
        "sourceSchema": "EDW",
        "sourceTable": "DEVICE_EVENT",
        "targetSchema": "EDW",
        "targetTable": "DEVICE_EVENT__ct",
        "tableVersion": 1,
        "columns": [
            {
                "ordinal": 1,
                "name": "header__change_seq",
                "type": "STRING",
                "length": 35,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 2,
                "name": "header__change_oper",
                "type": "STRING",
                "length": 1,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 3,
                "name": "header__stream_position",
                "type": "STRING",
                "length": 128,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "header__transaction_id",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "header__timestamp",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "EVENT_ID",
                "type": "UINT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 7,
                "name": "DEVICE_ID",
                "type": "INT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "EVENT_TYPE",
                "type": "STRING",
                "length": 20,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "SEVERITY",
                "type": "INT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "PAYLOAD",
                "type": "BYTES",
                "length": 64,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "SIGNATURE",
                "type": "BLOB",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "LOG_TEXT",
                "type": "CLOB",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "SIGNAL",
                "type": "REAL4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "QUEUE_LENGTH",
                "type": "UINT2",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 15,
                "name": "EVENT_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 9,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 16,
                "name": "EVENT_TIME",
                "type": "TIME",
                "length": 0,
                "precision": 0,
                "scale": 5,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 17,
                "name": "CLEARED",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            }
        ]
    }
}
