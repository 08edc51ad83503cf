/** Name of the manifest's table in which a generation lies that is not the one shown: no dataset has an @ in its name. */
export const generationTable = (dataset: string, generation: string): string => `${dataset}@${generation}`;
