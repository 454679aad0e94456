/** Time stamps of RFC 3161 over checkpoint files: asking for one, reading one, verifying one, without a network. */
export { TIME_STAMP_BYTES_MAX } from './bounds.ts'
export { type Anchors, derOf, readCertificates } from './certificates.ts'
export { TimeStampError, type TimeStampFaultCode, timeStampFaults } from './faults.ts'
export { type JudgedTimeStamp, judgeTimeStamp } from './judge-time-stamp.ts'
export { readTimeStamp, requireImprint, type TimeStamp } from './read-time-stamp.ts'
export { NONCE_BYTES, positive, timeStampRequest } from './time-stamp-request.ts'
export { verifyTimeStamp } from './verify-time-stamp.ts'
