import * as aws from '@pulumi/aws';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import type { StackConfig } from '../config/stack-config.ts';
import { zoneArgs, ZONES, type Zone } from './zones.ts';

/** The buckets of an environment's zones, private, encrypted and over TLS only. */
export class DataLake extends ComponentResource {
  readonly buckets: Readonly<Record<Zone, aws.s3.Bucket>>;

  constructor(name: string, config: StackConfig, options: ComponentResourceOptions = {}) {
    super('farelake:index:DataLake', name, {}, options);
    this.buckets = Object.fromEntries(
      ZONES.map((zone) => [zone, this.#addZone(`${name}-${zone}`, zone, config)]),
    ) as Record<Zone, aws.s3.Bucket>;
    this.registerOutputs(Object.fromEntries(ZONES.map((zone) => [zone, this.buckets[zone].bucket])));
  }

  #addZone(name: string, zone: Zone, config: StackConfig): aws.s3.Bucket {
    const args = zoneArgs(zone, config);
    const bucket = new aws.s3.Bucket(name, args.bucket, { parent: this, protect: args.protect });
    const of = { bucket: bucket.bucket };
    const options = { parent: bucket };
    new aws.s3.BucketServerSideEncryptionConfiguration(name, { ...of, ...args.encryption }, options);
    const publicAccess = new aws.s3.BucketPublicAccessBlock(name, { ...of, ...args.publicAccess }, options);
    new aws.s3.BucketOwnershipControls(name, { ...of, ...args.ownership }, options);
    const versioning =
      args.versioning === undefined ? [] : [new aws.s3.BucketVersioning(name, { ...of, ...args.versioning }, options)];
    // S3 refuses two changes of a bucket's settings at once; and rules on older versions want versioning first.
    const after = { ...options, dependsOn: [publicAccess, ...versioning] };
    new aws.s3.BucketLifecycleConfiguration(name, { ...of, ...args.lifecycle }, after);
    new aws.s3.BucketPolicy(name, { ...of, policy: args.policy }, after);
    // Owns all notifications of the bucket: nothing else may set any.
    if (args.announced) new aws.s3.BucketNotification(name, { ...of, eventbridge: true }, options);
    return bucket;
  }
}
