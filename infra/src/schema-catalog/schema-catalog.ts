import * as aws from '@pulumi/aws';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import type { StackConfig } from '../config/stack-config.ts';
import { catalogName } from '../names.ts';

/**
 * The Glue database. Its tables follow with Iceberg: `tableDefinitions` describes them already, and a table without
 * metadata to read would only fail its readers.
 */
export class SchemaCatalog extends ComponentResource {
  readonly database: aws.glue.CatalogDatabase;

  constructor(name: string, config: StackConfig, stage: string, options: ComponentResourceOptions = {}) {
    super('farelake:index:SchemaCatalog', name, {}, options);
    this.database = new aws.glue.CatalogDatabase(
      `${name}-database`,
      {
        name: catalogName(config),
        description: `Fare data of ${config.environment}: current tables and history`,
        locationUri: stage,
      },
      { parent: this, protect: config.protectData },
    );
    this.registerOutputs({ databaseName: this.database.name });
  }
}
