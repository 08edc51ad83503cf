import { UserError } from '@farelake/schema-registry';

/** A metadata file that is not what it should be: damaged, cut off, or of a kind that is not read here. */
export class BadMetadata extends UserError {
  constructor(problem: string, cause?: unknown) {
    super({
      code: 'bad-metadata',
      problem,
      remedy:
        'Nothing was changed. Put the file back as it was written, or restore the table from an earlier metadata file.',
      cause,
    });
  }
}
