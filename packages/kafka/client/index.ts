/** The door of the consumer and the producer, which talk to a Kafka cluster. */
export {
  connectionFrom,
  kafkaConnection,
  namesOf,
  type KafkaAuth,
  type KafkaBroker,
  type KafkaConnection,
  type KafkaConnectionOptions,
  type KafkaEnvironment,
} from './connection.ts';
export {
  BATCH_LIMITS,
  consumeDeliveries,
  type BatchLimits,
  type Consumed,
  type ConsumeOptions,
  type ConsumeProgress,
  type TakenUpTo,
  type Trouble,
} from './consume/index.ts';
export { isLasting, kafkaFailure } from './failure.ts';
export { topicOffsets, type PartitionOffsets, type TopicOffsets } from './offsets.ts';
export { KafkaPassword } from './password.ts';
export { produceRecords, type ProducedRecord, type ProduceOptions } from './produce.ts';
export { addPartitions, createTopic, deleteTopic, topicExists, type TopicSettings } from './topics.ts';
