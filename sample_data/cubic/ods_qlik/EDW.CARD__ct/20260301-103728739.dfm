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
        "name": "20260301-103728739.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.CARD__ct",
        "startWriteTimestamp": "2026-03-01T10:37:28.739",
        "endWriteTimestamp": "2026-03-01T12:31:29.228",
        "firstTransactionTimestamp": "2026-03-01T10:18:02.419",
        "lastTransactionTimestamp": "2026-03-01T12:31:26.187",
        "content": "changes",
        "recordCount": 61,
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
        "targetTable": "CARD__ct",
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
                "name": "header__change_mask",
                "type": "BYTES",
                "length": 128,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "header__timestamp",
                "type": "DATETIME",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "CARD_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 6,
                "name": "ISSUER_ID",
                "type": "INT2",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "MEDIA_TYPE",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "STATUS",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "RIDER_CLASS",
                "type": "WSTRING",
                "length": 40,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "ACTIVATED_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "EXPIRY_DATE",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "STORED_VALUE",
                "type": "NUMERIC",
                "length": 0,
                "precision": 12,
                "scale": 2,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "PENDING_VALUE",
                "type": "NUMERIC",
                "length": 0,
                "precision": 12,
                "scale": 2,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "AUTOLOAD",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 15,
                "name": "ACCOUNT_TOKEN",
                "type": "STRING",
                "length": 32,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 16,
                "name": "TAP_COUNT",
                "type": "UINT4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 17,
                "name": "BLOCK_REASON",
                "type": "STRING",
                "length": 40,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 18,
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
