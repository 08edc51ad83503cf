/** Other engines, for tests and benchmarks. */
export { cacheFolder } from './cache.ts';
export { GLUE_JOBS, glueEnvironment } from './glue.ts';
export { hasCommand, pythonEnvironment, type PythonEnvironment, type Unavailable } from './python.ts';
export { kafkaInstallation, type KafkaInstallation } from './kafka/install.ts';
export { startBroker, type Broker } from './kafka/broker.ts';
export { extensionFile, icebergInstallation, SPARK_PACKAGES, type IcebergInstallation } from './iceberg/install.ts';
export { icebergReaders } from './iceberg/index.ts';
export type {
  CatalogPlace,
  Comparison,
  IcebergReader,
  ReadColumn,
  ReadOptions,
  Row,
  TableName,
} from './iceberg/reader.ts';
export type { Json } from './iceberg/values.ts';
export { motoInstallation, startMoto, type Moto } from './moto.ts';
