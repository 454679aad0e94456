import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type HealthPort, openHealthPort } from './health-port.ts'

let taken: Server | undefined
let opened: HealthPort | undefined
afterEach(async () => {
  await opened?.close()
  taken?.close()
})

async function take(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  taken = server
  return (server.address() as AddressInfo).port
}

const nothing = () => new Response(null, { status: 404 })
const health = () => ({ relay: 'ws-nmr-01', ready: true, state: 'running', reasons: [], degraded: [] })

test('a port that is taken is told once, and had as soon as it is free', {
  tags: ['challenge'],
}, async () => {
  const number = await take()
  const notes: string[] = []
  const told: (number | null)[] = []
  opened = await openHealthPort(
    number,
    { health, api: nothing, app: undefined },
    (event) => notes.push(event),
    (at) => told.push(at),
    20,
  )
  expect(opened.state()).toEqual({
    port: number,
    state: 'not listening',
    reason: `port ${number} is in use: whatever answers there is not this relay`,
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(notes).toEqual(['port-taken'])
  await new Promise((resolve) => taken?.close(resolve))
  for (let i = 0; i < 200 && opened.state()?.state !== 'listening'; i++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await fetch(`http://127.0.0.1:${number}/readyz`)).status).toBe(200)
  expect(notes).toEqual(['port-taken', 'port-free'])
  await opened.close()
  expect(told).toEqual([null, number, null])
})

test('closed while it waits it listens no more', async () => {
  const number = await take()
  const port = await openHealthPort(
    number,
    { health, api: nothing, app: undefined },
    () => {},
    () => {},
    10,
  )
  await port.close()
  await new Promise((resolve) => taken?.close(resolve))
  await new Promise((resolve) => setTimeout(resolve, 60))
  await expect(fetch(`http://127.0.0.1:${number}/healthz`)).rejects.toThrow()
})

test('port 0 is nowhere', async () => {
  const told: (number | null)[] = []
  const port = await openHealthPort(
    0,
    { health, api: nothing, app: undefined },
    () => {},
    (at) => told.push(at),
  )
  expect(port.state()).toBe(null)
  // What a relay before it left is no more.
  expect(told).toEqual([null])
  await port.close()
})
