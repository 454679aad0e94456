import { join } from 'node:path'
import { requirements } from '@compliance-relay/shared/requirements'
import type { TestUserConfig } from 'vitest/config'
import { RunReporter } from './reporter.ts'

/**
 * What vitest must be told so that a run counts as evidence: no second attempts, no `.only`, and no tag but the
 * requirements we have. Procedures have no tag, because no test of ours can show them.
 */
export function evidenceConfig(root: string) {
  return {
    root,
    environment: 'node',
    tags: [
      ...Object.entries(requirements)
        .filter(([, requirement]) => requirement.by === 'product')
        .map(([id, requirement]) => ({ name: `req/${id}`, description: requirement.text })),
      { name: 'oq', description: 'Part of the operational qualification.' },
      { name: 'challenge', description: 'Attacks what it is about and must be refused.' },
      { name: 'fault', description: 'Breaks the machine below us: power, disk, clock, network.' },
    ],
    strictTags: true,
    retry: 0,
    allowOnly: false,
    reporters: ['default', new RunReporter(root, join(root, 'test/out/vitest.json'))],
  } satisfies TestUserConfig
}
