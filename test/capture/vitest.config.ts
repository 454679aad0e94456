import { join } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { evidenceConfig } from '../trace/evidence-config.ts'
import { RunReporter } from '../trace/reporter.ts'

const root = join(import.meta.dirname, '../..')

/** These keep the processor busy, and kill, stop and starve what they test: two at a time is what two cores bear. */
const busy = ['bursts', 'faults']

/** These wait: minutes for what stays incomplete, or for a share that hangs. All of them beside the busy ones. */
const resting = ['forming', 'hung-notary', 'other-instruments', 'partners']

const last = [...busy, ...resting].map((name) => `test/capture/${name}.test.ts`)

/** Those that take longest, begun first: at the end each would be waited for alone. */
const longest = /\/(?:commands|start-up|life|real-data|lying-exports|people)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))]
  }
}

/** The files of one group, which starts when the one before it has ended. */
function group(
  name: string,
  groupOrder: number,
  maxWorkers: number,
  files: object,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: { name, ...files, maxWorkers, sequence: { groupOrder } },
  }
}

/** The capture run: real relay processes on real folders, with the bursts and the faults they must survive. */
export default defineConfig({
  test: {
    ...evidenceConfig(root),
    testTimeout: 600_000,
    hookTimeout: 180_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      // Most of these wait, for files to come to rest: more at a time, and none of them is judged by a stopwatch.
      group('waiting', 0, 6, { include: ['test/capture/*.test.ts'], exclude: last }),
      group('busy and resting', 1, last.length, { include: last }),
    ],
    reporters: ['verbose', new RunReporter(root, join(root, 'test/out/capture.json'))],
  },
})
