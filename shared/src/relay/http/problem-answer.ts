import { type Problem, problemHeaders, problemJson, statusOf } from '../../api/index.ts'

/** A refusal as it goes over the wire (RFC 9457). */
export function problemAnswer(problem: Problem, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problemJson(problem)), {
    status: statusOf(problem.code),
    headers: { ...problemHeaders(problem), ...more },
  })
}
