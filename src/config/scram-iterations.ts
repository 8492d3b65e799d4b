/** What a stored SCRAM-SHA-256 secret may ask for: at least what RFC 7677 does, at most half a second or so of a small machine. */
export const SCRAM_ITERATIONS = { least: 4096, most: 1_000_000 } as const
