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
        "name": "LOAD00000006.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.FARE_TRANSACTION",
        "startWriteTimestamp": "2026-03-01T04:01:27.068",
        "endWriteTimestamp": "2026-03-01T04:01:36.613",
        "firstTransactionTimestamp": null,
        "lastTransactionTimestamp": null,
        "content": "data",
        "recordCount": 545,
        "errorCount": 0
    },
    "formatInfo": {
        "format": "delimited",
        "options": {
            "fieldDelimiter": ",",
            "recordDelimiter": "\n",
            "nullValue": "",
            "quoteChar": "\"",
            "escapeChar": ""
        }
    },
    "dataInfo": {
        "sourceSchema": "EDW",
        "sourceTable": "FARE_TRANSACTION",
        "targetSchema": "EDW",
        "targetTable": "FARE_TRANSACTION",
        "tableVersion": 1,
        "columns": [
            {
                "ordinal": 1,
                "name": "TRANSACTION_ID",
                "type": "NUMERIC",
                "length": 0,
                "precision": 38,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 2,
                "name": "CARD_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 3,
                "name": "DEVICE_ID",
                "type": "INT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "DEVICE_COUNTER",
                "type": "UINT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "STOP_ID",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "PRODUCT_ID",
                "type": "INT4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "FARE_AMOUNT",
                "type": "NUMERIC",
                "length": 0,
                "precision": 19,
                "scale": 4,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "BALANCE_AFTER",
                "type": "NUMERIC",
                "length": 0,
                "precision": 19,
                "scale": 4,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "TRANSACTION_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 7,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "SETTLED_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 9,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "SERVICE_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "TAP_TIME",
                "type": "TIME",
                "length": 0,
                "precision": 0,
                "scale": 3,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "IS_TRANSFER",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "RIDER_COUNT",
                "type": "UINT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 15,
                "name": "SETTLEMENT_STATUS",
                "type": "STRING",
                "length": 12,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 16,
                "name": "ROUTE_CODE",
                "type": "STRING",
                "length": 10,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            }
        ]
    }
}
