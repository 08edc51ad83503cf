/** Tokens that sign in to Amazon MSK: a request signed with AWS credentials, good for a quarter of an hour. */

/** Made anew for each sign-in; credentials come from where every AWS tool takes them. */
export async function mskToken(region: string): Promise<string> {
  // Only who signs in so pays for loading it.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  return (await generateAuthToken({ region })).token;
}
