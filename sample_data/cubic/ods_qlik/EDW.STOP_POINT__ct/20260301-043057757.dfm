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
        "name": "20260301-041444568.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.STOP_POINT__ct",
        "startWriteTimestamp": "2026-03-01T04:30:57.757",
        "endWriteTimestamp": "2026-03-01T05:32:15.670",
        "firstTransactionTimestamp": "2026-03-01T04:19:21.587",
        "lastTransactionTimestamp": "2026-03-01T05:32:12.629",
        "content": "data",
        "recordCount": 37,
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
        "sourceTable": "STOP_POINT",
        "targetSchema": "EDW",
        "targetTable": "STOP_POINT__ct",
        "tableVersion": 2,
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
                "name": "STOP_ID",
                "type": "STRING",
                "length": 16,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "PLATFORM_CODE",
                "type": "STRING",
                "length": 4,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "STOP_NAME",
                "type": "WSTRING",
                "length": 80,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "DESCRIPTION",
                "type": "NCLOB",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "MUNICIPALITY",
                "type": "WSTRING",
                "length": 40,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "LATITUDE",
                "type": "REAL8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "LONGITUDE",
                "type": "REAL8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 11,
                "name": "ZONE_ID",
                "type": "INT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 12,
                "name": "WHEELCHAIR",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 13,
                "name": "VALID_FROM",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 14,
                "name": "NOTICE",
                "type": "STRING",
                "length": 80,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            }
        ]
    }
}
