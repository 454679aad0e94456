import { Frontier, type Hash, type LeafStore } from '../trail/index.ts'

/** The tree of leaves that are there already, to go on with others: of what is built nothing is built again. */
export function frontierOf({ size, node }: LeafStore): Frontier {
  const hashes: Hash[] = []
  let from = 0
  for (let level = 52; level >= 0; level--) {
    const whole = 2 ** level
    if (Math.floor(size / whole) % 2 === 0) continue
    hashes.push(node(level, from / whole))
    from += whole
  }
  return new Frontier({ size, hashes })
}
