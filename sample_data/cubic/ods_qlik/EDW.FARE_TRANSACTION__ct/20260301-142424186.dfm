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
        "name": "20260301-142424186.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.FARE_TRANSACTION__ct",
        "startWriteTimestamp": "2026-03-01T14:24:24.186",
        "endWriteTimestamp": "2026-03-01T14:37:42.049",
        "firstTransactionTimestamp": "2026-03-01T09:29:16.492",
        "lastTransactionTimestamp": "2026-03-01T14:37:39.008",
        "content": "changes",
        "recordCount": 21,
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
        "targetTable": "FARE_TRANSACTION__ct",
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
                "name": "header__timestamp",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "TRANSACTION_ID",
                "type": "NUMERIC",
                "length": 0,
                "precision": 38,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 5,
                "name": "CARD_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "DEVICE_ID",
                "type": "INT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "DEVICE_COUNTER",
                "type": "UINT8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "STOP_ID",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "PRODUCT_ID",
                "type": "INT4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "FARE_AMOUNT",
                "type": "NUMERIC",
                "length": 0,
                "precision": 19,
                "scale": 4,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "BALANCE_AFTER",
                "type": "NUMERIC",
                "length": 0,
                "precision": 19,
                "scale": 4,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "TRANSACTION_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 7,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "SETTLED_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 9,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "SERVICE_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 15,
                "name": "TAP_TIME",
                "type": "TIME",
                "length": 0,
                "precision": 0,
                "scale": 3,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 16,
                "name": "IS_TRANSFER",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 17,
                "name": "RIDER_COUNT",
                "type": "UINT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 18,
                "name": "SETTLEMENT_STATUS",
                "type": "STRING",
                "length": 12,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 19,
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
