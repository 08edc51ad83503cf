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
export { isLasting, kafkaFailure } from './failure.ts';
export { KafkaPassword } from './password.ts';
export { createTopic, deleteTopic, topicExists, type TopicSettings } from './topics.ts';
