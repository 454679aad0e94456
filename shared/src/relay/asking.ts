/**
 * What a command needs that asks a running relay: what a reason is, and who answers at a port. A door of its own, because
 * with all of the workings each of them would take twice as long to start.
 */
export { REASON_CHARACTERS, REASON_LETTERS_MIN, type ReasonFault, reasonFault } from './reason.ts'
export { isHelloOf, signHello } from './signing/hello.ts'
