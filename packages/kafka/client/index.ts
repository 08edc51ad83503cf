/** The door of the consumer and the producer, which talk to a Kafka cluster. */
export {};
