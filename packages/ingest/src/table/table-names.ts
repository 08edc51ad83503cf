/** Which tables a contract has, by their names in the manifest. */
import { historyName, type Contract } from '@farelake/schema-registry';

/** Which loads write to: its history; of a DMAP set, which has none, the table itself. */
export const loadedTable = ({ feed, dataset }: Contract): string => (feed === 'dmap' ? dataset : historyName(dataset));

/** Whose rows and version are told as the table's: the current one; without a key there is history alone. */
export const shownTable = (contract: Contract): string =>
  contract.feed === 'dmap' || contract.key.length > 0 ? contract.dataset : historyName(contract.dataset);
