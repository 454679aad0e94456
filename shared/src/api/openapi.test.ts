import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { policy } from './policy.ts'
import { isContent, parametersIn } from './route.ts'
import { problemsOf } from './route-problems.ts'
import { routeNames, routeOf } from './routes.ts'
import { openApiSchema } from './schemas.ts'
import { meansOf, verdictCodes } from './verdicts.ts'

const openApi = openApiDocument('0.1.0')

interface Operation {
  readonly operationId: string
  readonly description: string
  readonly security: readonly object[]
  readonly parameters: readonly { readonly name: string }[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: ObjectSchema } }
  }
  readonly responses: { readonly [status: string]: object }
}
interface ObjectSchema {
  readonly additionalProperties: unknown
}
const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...(operation as Operation) })),
)

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(openApi))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const wrong = structuredClone(openApi) as { paths: Record<string, unknown> }
  wrong.paths['/v1/hello'] = { get: { responses: 7 } }
  expect((await new Validator().validate(wrong)).valid).toBe(false)
  expect(openApiSchema.safeParse(openApi).success).toBe(true)
})

test('has every route of the table, and no other', () => {
  const places = routeNames.map((name) => {
    const { method, path } = routeOf(name)
    return `${name}: ${method.toLowerCase()} ${path.replaceAll(/:([a-z]+)/g, '{$1}')}`
  })
  expect(
    operations.map(({ operationId, method, path }) => `${operationId}: ${method} ${path}`).sort(),
  ).toEqual(places.sort())
})

test.each(routeNames)('says of %s who may ask, what it takes and every refusal it gives', (name) => {
  const { action, asksPassword, query, body, method, path, result } = routeOf(name)
  const operation = operations.find(({ operationId }) => operationId === name)
  if (operation === undefined) throw new Error(`${name} is not there`)
  expect(operation.security).toEqual([
    ...(action === undefined ? [] : [{ session: [] }]),
    ...(name === 'readFeed' ? [{ feedToken: [] }] : []),
  ])
  for (const role of action === undefined ? [] : policy[action]) expect(operation.description).toContain(role)
  expect(operation.description.includes('asked for again')).toBe(asksPassword)
  expect(operation.requestBody !== undefined).toBe(body !== undefined)
  if (body !== undefined)
    expect(operation.requestBody?.content['application/json'].schema.additionalProperties).toBe(false)
  const wanted = [
    ...parametersIn(path),
    ...Object.keys(query?.shape ?? {}),
    ...(method === 'GET' ? [] : ['x-relay']),
    ...(isContent(result) && result.caching.length > 0 ? ['if-none-match'] : []),
  ]
  expect(operation.parameters.map(({ name: one }) => one)).toEqual(wanted)
  if (isContent(result)) {
    const done = operation.responses['200'] as { readonly content: object }
    expect(Object.keys(done.content)).toEqual(result.mediaTypes)
    expect('304' in operation.responses).toBe(result.caching.length > 0)
  }
  const text = JSON.stringify(operation.responses)
  for (const code of problemsOf(name)) expect(text).toContain(`"${code}"`)
})

test('says how a key is enrolled and a statement signed, and what each verdict on it means', () => {
  const asked = (name: string) => JSON.stringify(operations.find(({ operationId }) => operationId === name))
  expect(asked('enrolKey')).toContain('compliance-relay/enrol/v1')
  expect(asked('giveStatements')).toContain('compliance-relay/esign/v1')
  for (const code of verdictCodes) expect(asked('giveStatements')).toContain(meansOf(code))
})
