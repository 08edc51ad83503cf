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
        "location": "incoming/cubic/ods_qlik/EDW.CARD",
        "startWriteTimestamp": "2026-03-01T04:07:17.845",
        "endWriteTimestamp": "2026-03-01T04:07:26.985",
        "firstTransactionTimestamp": null,
        "lastTransactionTimestamp": null,
        "content": "data",
        "recordCount": 140,
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
        "sourceTable": "CARD",
        "targetSchema": "EDW",
        "targetTable": "CARD",
        "tableVersion": 1,
        "columns": [
            {
                "ordinal": 1,
                "name": "CARD_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 2,
                "name": "ISSUER_ID",
                "type": "INT2",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 3,
                "name": "MEDIA_TYPE",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "STATUS",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "RIDER_CLASS",
                "type": "WSTRING",
                "length": 40,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "ACTIVATED_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "EXPIRY_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "STORED_VALUE",
                "type": "NUMERIC",
                "length": 0,
                "precision": 12,
                "scale": 2,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "PENDING_VALUE",
                "type": "NUMERIC",
                "length": 0,
                "precision": 12,
                "scale": 2,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "AUTOLOAD",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "ACCOUNT_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "TAP_COUNT",
                "type": "UINT4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "BLOCK_REASON",
                "type": "STRING",
                "length": 40,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "LAST_USED_DTM",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 7,
                "primaryKeyPos": 0
            }
        ]
    }
}
