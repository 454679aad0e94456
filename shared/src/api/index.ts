/** The language between the app, a workstation's relay and the server of record. */
export {
  isProblemCode,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problemCodes,
  sentenceOf,
  statusOf,
} from './problem.ts'
