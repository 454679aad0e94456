/** Full entry bundles in one answer. */
export const BUNDLES_READ_MAX = 16
