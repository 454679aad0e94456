import { join } from 'node:path'
import { createFileSecrets, openFileSecrets } from '@compliance-relay/shared/relay'
import { secretsContract } from './secrets.ts'
import { temporaryFolder } from './temporary-folder.ts'

secretsContract('a folder', async () => {
  const folder = join(temporaryFolder(), 'keys')
  return { secrets: createFileSecrets(folder), again: () => openFileSecrets(folder) }
})
