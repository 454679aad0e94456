/**
 * What its kind does not say of a record: - `late`: what it is about was made while nobody looked;
 * - `gap`: it says of a time that nobody looked.
 */
export const markBits = { late: 1, gap: 2 } as const
export type MarkName = keyof typeof markBits
