import { join } from 'node:path'
import { createFileNotary, openFileNotary } from '@compliance-relay/shared/relay'
import { notaryContract } from './notary.ts'
import { temporaryFolder } from './temporary-folder.ts'

notaryContract('a folder', async () => {
  const folder = join(temporaryFolder(), 'notary')
  return {
    notary: await createFileNotary(folder),
    again: () => openFileNotary(folder),
    child: ['folder', folder],
  }
})
