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
        "name": "LOAD_1_00000001.csv",
        "extension": "gz",
        "location": "incoming/cubic/ods_qlik/EDW.PRODUCT",
        "startWriteTimestamp": "2026-03-01T04:21:00.012",
        "endWriteTimestamp": "2026-03-01T04:21:09.030",
        "firstTransactionTimestamp": null,
        "lastTransactionTimestamp": null,
        "content": "data",
        "recordCount": 18,
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
        "sourceTable": "PRODUCT",
        "targetSchema": "EDW",
        "targetTable": "PRODUCT",
        "tableVersion": 1,
        "columns": [
            {
                "ordinal": 1,
                "name": "PRODUCT_ID",
                "type": "INT4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 1
            },
            {
                "ordinal": 2,
                "name": "PRODUCT_CODE",
                "type": "STRING",
                "length": 8,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 3,
                "name": "PRODUCT_NAME",
                "type": "WSTRING",
                "length": 60,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 4,
                "name": "PRICE",
                "type": "NUMERIC",
                "length": 0,
                "precision": 9,
                "scale": 2,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 5,
                "name": "PEAK_FACTOR",
                "type": "REAL8",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 6,
                "name": "DISCOUNT",
                "type": "REAL4",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 7,
                "name": "VALID_MINUTES",
                "type": "UINT2",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 8,
                "name": "MAX_USES",
                "type": "INT1",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 9,
                "name": "ON_SALE",
                "type": "BOOLEAN",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            },
            {
                "ordinal": 10,
                "name": "SALE_START",
                "type": "DATE",
                "length": 0,
                "precision": 0,
                "scale": 0,
                "primaryKeyPos": 0
            }
        ]
    }
}
