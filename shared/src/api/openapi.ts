import { z } from 'zod'
import { policy } from './policy.ts'
import { type ProblemCode, sentenceOf, statusOf } from './problem.ts'
import { PROBLEM_TYPE, problemSchema } from './problem-json.ts'
import { type Content, caching, isContent, type Parameter, parameters, parametersIn } from './route.ts'
import { problemsOf } from './route-problems.ts'
import { type RouteName, routeNames, routeOf } from './routes.ts'
import type { openApiSchema } from './schemas.ts'

/** The interface as an OpenAPI 3.1 document: made from the table that is served, so it cannot say anything else. */
export function openApiDocument(version: string): z.infer<typeof openApiSchema> {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Compliance Relay',
      version,
      description:
        'Every request names the host of this relay and comes from no other site. What changes something is sent as ' +
        'JSON, with the header `x-relay: 1` and with `Sec-Fetch-Site` or `Origin`, which browsers send by themselves. ' +
        'Nobody can name an actor, a time or a place in the trail.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: pathsOf(),
    components: {
      schemas: { Problem: schemaOf(problemSchema) },
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that signing in gives. There are no cookies, and no tokens in addresses.',
        },
        feedToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'What an administrator issues to a program: it opens the feed and nothing else.',
        },
      },
    },
  }
}

function pathsOf(): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const name of routeNames) {
    const { method, path } = routeOf(name)
    const place = path.replaceAll(/:([a-z]+)/g, '{$1}')
    paths[place] = { ...paths[place], [method.toLowerCase()]: operationOf(name) }
  }
  return paths
}

function operationOf(name: RouteName): Record<string, unknown> {
  const { method, path, action, asksPassword, takesFeedToken, query, body, result, says } = routeOf(name)
  return {
    operationId: name,
    summary: says,
    description: [
      action === undefined ? 'Nobody has to be signed in.' : `For ${policy[action].join(', ')} (${action}).`,
      ...(asksPassword ? ['The password of whoever asks is asked for again.'] : []),
    ].join(' '),
    security: [
      ...(action === undefined ? [] : [{ session: [] }]),
      ...(takesFeedToken === true ? [{ feedToken: [] }] : []),
    ],
    parameters: [
      ...parametersIn(path).map(pathParameter),
      ...(query === undefined ? [] : queryParameters(query)),
      ...(method === 'GET' ? [] : [parameter('x-relay', 'header', { const: '1' }, 'No form can send it.')]),
      ...(isContent(result) && result.caching.length > 0 ? [ifNoneMatch] : []),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: { ...doneOf(name), ...refusalsOf(name) },
  }
}

function parameter(name: string, place: 'path' | 'header', schema: object, description: string): object {
  return { name, in: place, required: true, schema, description }
}

function pathParameter(name: Parameter): object {
  const { form, says } = parameters[name]
  return parameter(name, 'path', { type: 'string', pattern: `^${form}$` }, says)
}

/** Each as its own schema has it; none has to be there unless the schema says so. */
function queryParameters(query: z.ZodObject): readonly object[] {
  return Object.entries(query.shape).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field as z.ZodType) as { readonly description?: string }
    const isRequired = !(field as z.ZodType).safeParse(undefined).success
    return { name, in: 'query', required: isRequired, schema, description: description ?? '' }
  })
}

const ifNoneMatch = {
  name: 'if-none-match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The ETag of an answer before: 304 if there is nothing else to give.',
}

function doneOf(name: RouteName): Record<string, unknown> {
  const { result } = routeOf(name)
  if (isContent(result)) return contentOf(result)
  return result === undefined
    ? { '204': { description: 'Done.' } }
    : { '200': { description: 'Done.', content: { 'application/json': { schema: schemaOf(result) } } } }
}

function contentOf({ mediaTypes, caching: kept, isStream }: Content): Record<string, unknown> {
  const header = (description: string, schema: object) => ({
    description,
    schema: { type: 'string', ...schema },
  })
  const headers = {
    etag: header('Strong: the same for the same bytes only.', {}),
    'cache-control': header('How it may be kept.', { enum: kept.map((one) => caching[one]) }),
  }
  return {
    '200': {
      description: isStream ? 'What there is to say, as long as the connection stays.' : 'The bytes.',
      ...(kept.length === 0 ? {} : { headers }),
      content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
    },
    ...(kept.length === 0 ? {} : { '304': { description: 'As it was.', headers } }),
  }
}

/** By status, as OpenAPI wants them, each with its codes. */
function refusalsOf(name: RouteName): Record<string, unknown> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of problemsOf(name))
    byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${sentenceOf(code)}`).join('\n\n'),
        content: {
          [PROBLEM_TYPE]: {
            schema: {
              allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
            },
          },
        },
      },
    ]),
  )
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' })
  return rest
}
