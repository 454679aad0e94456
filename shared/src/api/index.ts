/** The language between the app, a workstation's relay and the server of record. */
export {
  type Action,
  actions,
  beforePasswordChange,
  isRole,
  mayDo,
  policy,
  type Role,
  requireAllowed,
  requireTogether,
  roles,
  signingRoles,
} from './policy.ts'
export {
  isProblemCode,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problemCodes,
  sentenceOf,
  statusOf,
} from './problem.ts'
