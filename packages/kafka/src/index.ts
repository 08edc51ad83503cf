/** The public door of Kafka feeds: decoding, validation, and what is new of a delivery. Pure; the consumer is `@farelake/kafka/client`. */
export type { Delivery, KafkaRecord, TimestampType } from './record.ts';
