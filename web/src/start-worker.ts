/** The worker's script, put here when the page is built: with the page's own script it stands under one digest. */
declare const WORKER_SCRIPT: string

/** Where a browser knows them (Trusted Types), no text becomes a script but through this one policy. */
declare const trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL: (address: string) => string },
      ): { createScriptURL(address: string): string }
    }
  | undefined

/** Makes workers from the page's own bytes: nothing is fetched. */
export function workerStarter(): () => Worker {
  const address = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: 'text/javascript' }))
  const policy =
    typeof trustedTypes === 'undefined'
      ? undefined
      : trustedTypes.createPolicy('worker-of-this-page', { createScriptURL: (own) => own })
  return () => new Worker(policy?.createScriptURL(address) ?? address)
}
