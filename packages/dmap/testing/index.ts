/** A stand-in for the vendor, for tests and the demonstration. */
export {};
