/** Far more than an answer with its chain of certificates has. */
export const TIME_STAMP_BYTES_MAX = 65_536
