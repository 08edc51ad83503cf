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
        "name": "LOAD00000002.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.DEVICE_EVENT",
        "startWriteTimestamp": "2026-03-01T04:28:17.734",
        "endWriteTimestamp": "2026-03-01T04:28:26.974",
        "firstTransactionTimestamp": null,
        "lastTransactionTimestamp": null,
        "content": "data",
        "recordCount": 240,
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
        "targetTable": "DEVICE_EVENT",
        "tableVersion": 1,
        "columns": [
            {
                "ordinal": 1,
                "name": "EVENT_ID",
                "type": "UINT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 2,
                "name": "DEVICE_ID",
                "type": "INT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 3,
                "name": "EVENT_TYPE",
                "type": "STRING",
                "length": 20,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "SEVERITY",
                "type": "INT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "PAYLOAD",
                "type": "BYTES",
                "length": 64,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "SIGNATURE",
                "type": "BLOB",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "LOG_TEXT",
                "type": "CLOB",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "SIGNAL",
                "type": "REAL4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "QUEUE_LENGTH",
                "type": "UINT2",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "EVENT_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 9,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "EVENT_TIME",
                "type": "TIME",
                "length": 0,
                "precision": 0,
                "scale": 5,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
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
