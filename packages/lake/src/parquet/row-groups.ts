/** Rows of a row group, whoever writes the file: small enough that a fold of few keys reads little. */
export const ROW_GROUP_ROWS = 65_536;
