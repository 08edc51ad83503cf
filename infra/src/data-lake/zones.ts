/** The five zones of an environment, and what each bucket must keep. Pure. */
import type { s3 } from '@pulumi/aws';
import { bucketArn, bucketName } from '../names.ts';
import { denyWithoutTls, policyText } from '../policies/document.ts';
import type { StackConfig } from '../config/stack-config.ts';

export const ZONES = ['incoming', 'archive', 'error', 'stage', 'artifacts'] as const;
export type Zone = (typeof ZONES)[number];

interface ZoneRules {
  /** Whether what is overwritten or deleted stays as an older version. */
  readonly versioned: boolean;
  /** Whether older versions go after the environment's `noncurrentDays`. */
  readonly expireNoncurrent: boolean;
  /** Whether new objects are announced to EventBridge. */
  readonly announced: boolean;
  /** Whether it holds what cannot be made again. */
  readonly data: boolean;
}

const RULES: Readonly<Record<Zone, ZoneRules>> = {
  // The vendor reuses names: an older version may be data that no load has seen yet. It goes only after a verified
  // archive copy, by its version id, never by age.
  incoming: { versioned: true, expireNoncurrent: false, announced: true, data: true },
  archive: { versioned: true, expireNoncurrent: true, announced: false, data: true },
  // Names there carry the attempt and are never used twice, so there is nothing to overwrite.
  error: { versioned: false, expireNoncurrent: false, announced: false, data: true },
  // Deletions there are the maintenance's, with the manifest as judge; older versions are its safety net.
  stage: { versioned: true, expireNoncurrent: true, announced: false, data: true },
  artifacts: { versioned: true, expireNoncurrent: true, announced: false, data: false },
};

/** Days after which the parts of an upload that never ended are removed; nothing uploads for a day. */
const ABORT_UPLOADS_AFTER = 7;

/** Everything a zone's resources are given, apart from the bucket that they belong to. */
export interface ZoneArgs {
  readonly bucket: s3.BucketArgs;
  readonly encryption: Pick<s3.BucketServerSideEncryptionConfigurationArgs, 'rules'>;
  readonly publicAccess: Omit<s3.BucketPublicAccessBlockArgs, 'bucket'>;
  readonly ownership: Pick<s3.BucketOwnershipControlsArgs, 'rule'>;
  readonly versioning: Pick<s3.BucketVersioningArgs, 'versioningConfiguration'> | undefined;
  readonly lifecycle: { readonly rules: s3.BucketLifecycleConfigurationArgs['rules'] };
  readonly policy: string;
  readonly announced: boolean;
  readonly protect: boolean;
}

export function zoneArgs(zone: Zone, config: StackConfig): ZoneArgs {
  const rules = RULES[zone];
  const name = bucketName(config, zone);
  const protect = rules.data && config.protectData;
  return {
    bucket: { bucket: name, forceDestroy: false },
    // Keys of S3's own; the platform's customer key takes their place (docs/infrastructure.md).
    encryption: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
    publicAccess: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    // What another account delivers belongs to this one.
    ownership: { rule: { objectOwnership: 'BucketOwnerEnforced' } },
    versioning: rules.versioned ? { versioningConfiguration: { status: 'Enabled' } } : undefined,
    lifecycle: { rules: lifecycleRules(rules, config.noncurrentDays) },
    policy: policyText(denyWithoutTls('s3:*', bucketArn(name), `${bucketArn(name)}/*`)),
    announced: rules.announced,
    protect,
  };
}

function lifecycleRules({ versioned, expireNoncurrent }: ZoneRules, noncurrentDays: number) {
  const unfinished = {
    id: 'unfinished-uploads',
    status: 'Enabled',
    filter: {},
    abortIncompleteMultipartUpload: { daysAfterInitiation: ABORT_UPLOADS_AFTER },
  };
  const older = {
    id: 'older-versions',
    status: 'Enabled',
    filter: {},
    noncurrentVersionExpiration: { noncurrentDays },
    // A delete marker that hides nothing any more only slows listings.
    expiration: { expiredObjectDeleteMarker: true },
  };
  return versioned && expireNoncurrent ? [unfinished, older] : [unfinished];
}
