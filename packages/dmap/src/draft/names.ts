/** What the names of columns say. Names are read as words: `customerEmail` as `customer_email`. */

export const words = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');

/** Matches the alternatives as whole words of a name. */
export const wordPattern = (alternatives: string): RegExp => new RegExp(`(?:^|_)(?:${alternatives})(?:_|$)`);

const MONEY = wordPattern(
  'amount|amt|fare|fares|price|cost|fee|fees|tax|balance|payment|refund|deposit|discount|revenue|value|cash|credit',
);
/** Things about money that are none. */
const NO_MONEY = wordPattern('id|count|name|desc|code|flag|type|nbr|number|position|seq|product|prod');

export const isMoney = (name: string): boolean => MONEY.test(words(name)) && !NO_MONEY.test(words(name));

const IDENTIFIER = wordPattern('id|ids|key|nbr|number|no|num|token|hash|serial|code|uuid|guid|reference|ref');

export const isIdentifier = (name: string): boolean => IDENTIFIER.test(words(name));

export const COORDINATE = wordPattern('lat|latitude|lon|lng|longitude');

export const isCoordinate = (name: string): boolean => COORDINATE.test(words(name));
