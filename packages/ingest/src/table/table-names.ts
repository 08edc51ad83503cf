/** Which tables a contract has, by their names in the manifest. */
import { historyName, type Contract } from '@farelake/schema-registry';

/** Which loads write to: its history; of a DMAP set or a topic, which have none, the table itself. */
export const loadedTable = ({ feed, dataset }: Contract): string => (feed === 'qlik' ? historyName(dataset) : dataset);

/** Whose rows and version are told as the table's: the current one; without a key there is history alone. */
export const shownTable = (contract: Contract): string =>
  contract.feed !== 'qlik' || contract.key.length > 0 ? contract.dataset : historyName(contract.dataset);
