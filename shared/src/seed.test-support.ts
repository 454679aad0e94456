/** The seed of a random test, said, so that it can be run again: `SEED=…`. */
export function seedOf(name: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${name}\n`)
  return seed
}
