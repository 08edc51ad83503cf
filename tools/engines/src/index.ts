/** Other engines, for tests and benchmarks. */
export { cacheFolder, hasCommand, pythonEnvironment, type PythonEnvironment, type Unavailable } from './python.ts';
export { kafkaInstallation, type KafkaInstallation } from './kafka/install.ts';
export { startBroker, type Broker } from './kafka/broker.ts';
